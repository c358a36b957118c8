/**
 * What a program of contexts comes to: pure, and without a word of the library. A step changes the state at once and as a whole;
 * what was expected stands in `calls`, `runs` and `log` and is compared with what happened after each step.
 *
 * A lease is named by its number; which thread it is, is seen when it first runs something.
 */
import { PredictedThread } from './predicted-thread.js'

/** Hooks after which the thread serves nobody any more. */
const FAILING = new Set(['throws', 'rejects', 'never'])
/** Hooks that write a second line when they are through. */
const FINISHING = new Set(['async', 'rejects', 'blocks', 'awaits'])

export class Model {
  limit
  #maxQueue
  /** Leased threads that live, and how many of them no run has. */
  count
  idle
  closed = false
  calls = new Map()
  runs = new Map()
  /** What each lease, and the shared thread, writes: lists of entries, by the thread's name. */
  log = new Map()
  leases = []
  shared
  line = []
  /** How many contexts did not come clean, and how many of them for an exit function that never ends. */
  failures = 0
  endless = 0
  /** Hooks that may have run, or not. */
  free = new Set()
  /** Hooks that register another one, which either runs, whenever that is, or is refused. */
  registering = new Set()

  /** @param {{ maxThreads: number, maxQueue: number }} limits @param {number} count Leased threads that are there, all idle. */
  constructor({ maxThreads, maxQueue }, count) {
    this.limit = maxThreads
    this.#maxQueue = maxQueue
    this.count = count
    this.idle = count
    this.shared = new PredictedThread(this, 'shared')
  }

  /** @returns the entries of a thread, for more of them. */
  entriesOf(thread) {
    if (!this.log.has(thread)) this.log.set(thread, [])
    return this.log.get(thread)
  }

  /** @param {string | undefined} refusal Why the object opens no more runs. */
  open(id, object, refusal) {
    const run = { id, object, state: 'open', hooks: [], waiting: [], untold: false }
    this.runs.set(id, run)
    if (this.closed) this.#over(run, { code: 'SYNCBRIDGE_CLOSED' })
    else if (refusal !== undefined) this.#over(run, { error: refusal })
    return run
  }

  /** @param {object | undefined} run Whose context it is made in. @param {{ id: number, kind: string, hook?: string }} given */
  call(run, given) {
    const call = { ...given, run, outcome: undefined }
    this.calls.set(call.id, call)
    if (run?.state === 'open') this.look(run)
    if (this.closed) call.outcome = { code: 'SYNCBRIDGE_CLOSED' }
    // Also where the run is over: code of it goes on, and must learn that.
    else if (run?.untold) {
      run.untold = false
      call.outcome = { error: run.aborted }
    } else if (given.kind === 'pool') call.outcome = { role: 'pool' }
    else this.#submit(call)
    return call
  }

  /** Whoever calls, or looks at the signal, has it listened to. */
  look(run) {
    run.isWatched = true
  }

  #submit(call) {
    const { run } = call
    if (run?.state !== 'open') this.shared.push(call)
    else if (run.lease) run.lease.push(call)
    else if (this.line.includes(run)) run.waiting.push(call)
    else if (!this.#hasRoom() && this.line.length >= this.#maxQueue)
      call.outcome = { code: 'SYNCBRIDGE_QUEUE_FULL' }
    else {
      // Where there is room others may wait still, as a thread has just died: they come first.
      run.waiting.push(call)
      this.line.push(run)
      this.#serveLine()
    }
  }

  #hasRoom() {
    return this.count - this.idle < this.limit
  }

  #lease(run) {
    const isWarm = this.idle > 0
    if (isWarm) this.idle -= 1
    else this.count += 1
    const lease = new PredictedThread(this, `lease ${this.leases.length}`, run, isWarm)
    this.leases.push(lease)
    run.lease = lease
    return lease
  }

  #serveLine() {
    while (this.line.length > 0 && this.#hasRoom()) {
      const run = this.line.shift()
      this.#lease(run).push(...run.waiting.splice(0))
    }
  }

  release(call) {
    call.thread.release()
  }

  /** Who is told: all calls that are under way; where there is none, the next one, once. */
  abort(run, reason) {
    run.aborted = reason
    const told = [...this.calls.values()].filter((call) => call.run === run && !call.outcome)
    for (const call of told) call.outcome = { error: reason }
    run.untold = told.length === 0
    run.waiting = []
    this.line = this.line.filter((other) => other !== run)
  }

  end(run, result) {
    run.state = 'ended'
    run.result = result
    // A function is asked for the signal with the first call, or look: without, nobody has heard of an abort.
    if (run.object.kind === 'factory' && !run.isWatched) run.untold = false
    const { lease } = run
    if (!lease) {
      this.line = this.line.filter((other) => other !== run)
      const left = run.waiting.splice(0)
      this.#over(run, result)
      // What nobody awaited outlives its context.
      for (const call of left) this.shared.push(call)
      return
    }
    if (lease.running) {
      // Code that was given up is not waited for; where more stands in line behind it, either is right.
      if (lease.running.outcome) run.mayResolve = true
      if (lease.running.outcome && lease.queue.length === 0) this.#over(run, result)
    } else this.idled(lease)
  }

  #over(run, result) {
    run.state = 'over'
    run.result = result
  }

  /** A thread has nothing more to do. */
  idled(thread) {
    const { run } = thread
    if (!run || run.state === 'open' || thread.isOver) return
    thread.isOver = true
    run.lease = undefined
    this.#over(run, run.result)
    const { hooks } = run
    // They have run by the end of this step, and a shutdown after it leaves nothing open about them.
    run.hooks = []
    const isClean = this.#runHooks(thread, hooks)
    if (!isClean) this.failures += 1
    if (!isClean || this.count > this.limit) {
      thread.isGone = true
      this.count -= 1
    } else this.idle += 1
    this.#serveLine()
  }

  /** @returns whether all went well. */
  #runHooks(thread, hooks) {
    const entries = this.entriesOf(thread.name)
    let isLate = false
    for (const { id, hook } of hooks.reverse()) {
      // The time for all of them is over.
      if (isLate) this.free.add(id)
      else {
        entries.push({ kind: 'hook', id })
        if (FINISHING.has(hook)) entries.push({ kind: 'hook done', id })
        if (hook === 'registers') this.registering.add(id)
      }
      if (hook === 'never') isLate = true
    }
    if (isLate) this.endless += 1
    return !hooks.some(({ hook }) => FAILING.has(hook))
  }

  /** Its thread is gone, and what waited there moves on: of a run that is over, to the shared thread. */
  died(thread) {
    thread.isGone = true
    thread.isOver = true
    const orphans = thread.queue.splice(0)
    const { run } = thread
    if (!run) {
      this.shared = new PredictedThread(this, `shared after ${thread.name}`)
    } else {
      this.count -= 1
      run.lease = undefined
      // They were known to that thread alone.
      run.hooks = []
      if (run.state === 'ended') this.#over(run, run.result)
    }
    for (const call of orphans) if (!call.outcome) this.#submit(call)
    this.#serveLine()
  }

  configure({ maxThreads }) {
    this.limit = maxThreads
    this.closed = false
  }

  /** What has not ended by then is ended; every thread is gone. Whether hooks of open contexts have run is left open. */
  shutdown() {
    this.closed = true
    for (const call of this.calls.values()) call.outcome ??= { code: 'SYNCBRIDGE_CLOSED' }
    for (const run of this.runs.values()) {
      for (const { id } of run.hooks) this.free.add(id)
      run.hooks = []
      run.lease = undefined
      run.waiting = []
      if (run.state === 'ended') this.#over(run, run.result)
    }
    for (const thread of [...this.leases, this.shared]) {
      thread.isOver = true
      thread.isGone = true
      thread.running = undefined
      thread.queue = []
    }
    this.line = []
    this.count = 0
    this.idle = 0
    this.shared = new PredictedThread(this, `shared after ${this.shared.name}`)
  }
}
