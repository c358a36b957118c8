/** A thread as the model sees it: one call at a time, in order. */
export class PredictedThread {
  #model
  name
  run
  /** Whether the thread was there before. */
  isWarm
  running = undefined
  queue = []
  /** Given back. */
  isOver = false
  /** Serves nobody any more. */
  isGone = false

  constructor(model, name, run, isWarm) {
    this.#model = model
    this.name = name
    this.run = run
    this.isWarm = isWarm
  }

  push(...calls) {
    for (const call of calls) call.thread = this
    this.queue.push(...calls)
    this.#advance()
  }

  release() {
    const call = this.running
    this.running = undefined
    this.#write('released', call.id)
    call.outcome ??= { thread: this.name }
    this.#advance()
    if (!this.running) this.#model.idled(this)
  }

  #advance() {
    while (!this.running && this.queue.length > 0) {
      const call = this.queue.shift()
      // Given up while it waited: it never runs.
      if (!call.outcome) this.#begin(call)
    }
  }

  #begin(call) {
    this.#write('call', call.id)
    if (call.kind === 'hold') {
      this.running = call
      return
    }
    if (call.kind === 'die') {
      call.outcome = { code: 'SYNCBRIDGE_THREAD_EXITED' }
      this.#model.died(this)
      return
    }
    // On the shared thread there is no context to end.
    if (call.kind === 'hook' && !this.run) call.outcome = { code: 'SYNCBRIDGE_ERROR' }
    else call.outcome = { thread: this.name }
    if (call.kind === 'hook' && this.run) this.run.hooks.push(call)
  }

  #write(kind, id) {
    this.#model.entriesOf(this.name).push({ kind, id })
  }
}
