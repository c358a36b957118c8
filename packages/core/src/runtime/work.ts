/**
 * The calls that this thread runs: its own queue of synchronous ones, in order and one at a time, and the asynchronous ones,
 * which start at once, or as soon as the thread is not blocked. Frames have queues of their own (`call/frame.ts`).
 */
import type { Frame } from '../call/frame.js'
import type { Performed, Performer } from '../call/perform-call.js'
import { RunningCall } from '../call/perform-call.js'
import type { CallMessage } from '../protocol.js'
import { loadFunction, loadFunctionNow } from '../registry/load-function.js'

export interface WorkEnvironment extends Performer {
  /** Answers the caller. */
  reply(message: CallMessage, running: RunningCall, performed: Performed): void
  /** Reads what has arrived, so that an abort is known before the next call starts. */
  drain(): void
  /** Counts a call of the own queue as taken. */
  countTaken(): void
  isBlocked(): boolean
}

/** So many calls in a row, then the event loop turns: timers and sockets of this thread must not starve. */
const BATCH = 16

export class Work {
  readonly #here: WorkEnvironment
  readonly #queue: CallMessage[] = []
  readonly #deferred: CallMessage[] = []
  readonly #running = new Map<string, RunningCall>()
  #pumping = false
  #loading = false

  constructor(here: WorkEnvironment) {
    this.#here = here
  }

  get running(): Iterable<RunningCall> {
    return this.#running.values()
  }

  find(from: string, id: number): RunningCall | undefined {
    return this.#running.get(`${from}#${id}`)
  }

  /** A synchronous call for the thread's own queue. */
  push(message: CallMessage): void {
    this.#queue.push(message)
    this.#pump()
  }

  /** An asynchronous call: a blocked loop takes it up when it turns again. */
  start(message: CallMessage): void {
    if (this.#here.isBlocked()) this.#deferred.push(message)
    else void this.#performAsync(message)
  }

  /** The thread has stopped being blocked. */
  unblocked(): void {
    if (this.#deferred.length === 0 && this.#queue.length === 0) return
    // In a turn of its own: the code that was blocked goes on first.
    setImmediate(() => {
      for (const message of this.#deferred.splice(0)) this.start(message)
      this.#pump()
    })
  }

  /** Takes a call out of the queue before it started. */
  withdraw(from: string, id: number): boolean {
    for (const queue of [this.#queue, this.#deferred]) {
      const index = queue.findIndex((message) => message.from === from && message.id === id)
      if (index < 0) continue
      queue.splice(index, 1)
      this.#here.countTaken()
      return true
    }
    return false
  }

  /** A call that a blocked frame runs, now, on top of the code that is blocked. */
  performOnFrame(message: CallMessage, { critical }: Frame): void {
    this.#perform(message, (running) =>
      running.performSync(
        this.#here.scopes.exit(() => loadFunctionNow(message.request.ref, this.#here.registry)),
        this.#here,
        critical,
      ),
    )
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      this.#here.drain()
      this.#runQueue()
    } finally {
      this.#pumping = false
    }
  }

  #runQueue(): void {
    // Blocked outside any call (a timer, a module's top level): a stranger's call must not run on top of that code.
    for (
      let count = 0;
      !this.#loading && !this.#here.isBlocked() && this.#queue.length > 0;
      count += 1
    ) {
      if (count === BATCH) {
        setImmediate(() => this.#pump())
        return
      }
      const message = this.#queue.shift()
      if (!message) return
      // Before it runs: a call that is not counted may be run by another thread when this one dies.
      this.#here.countTaken()
      this.#performNext(message)
      // All that has arrived, and only then the next call: an abort of it may be behind it.
      this.#here.drain()
    }
  }

  #performNext(message: CallMessage): void {
    const { ref } = message.request
    const fn = this.#here.registry.find(ref)
    if (fn) {
      this.#perform(message, (running) => running.performSync(fn, this.#here))
      return
    }
    this.#loading = true
    const load = this.#here.scopes.exit(() => loadFunction(ref, this.#here.registry))
    const resume = (perform: (running: RunningCall) => Performed) => {
      this.#perform(message, perform)
      this.#loading = false
      this.#here.drain()
      this.#pump()
    }
    load.then(
      (loaded) => resume((running) => running.performSync(loaded, this.#here)),
      (error: unknown) => resume((running) => running.failed(error)),
    )
  }

  #perform(message: CallMessage, perform: (running: RunningCall) => Performed): void {
    const running = new RunningCall(message, this.#here)
    const key = `${message.from}#${message.id}`
    this.#running.set(key, running)
    let performed: Performed
    try {
      performed = perform(running)
    } catch (error) {
      performed = running.failed(error)
    }
    this.#running.delete(key)
    this.#here.reply(message, running, performed)
  }

  async #performAsync(message: CallMessage): Promise<void> {
    const running = new RunningCall(message, this.#here)
    const key = `${message.from}#${message.id}`
    this.#running.set(key, running)
    this.#here.countTaken()
    let performed: Performed
    try {
      const { ref } = message.request
      const fn =
        this.#here.registry.find(ref) ??
        (await this.#here.scopes.exit(() => loadFunction(ref, this.#here.registry)))
      performed = await running.performAsync(fn, this.#here)
    } catch (error) {
      performed = running.failed(error)
    }
    this.#running.delete(key)
    this.#here.reply(message, running, performed)
  }
}
