import { os } from '../builtins.js'
import type { Call } from '../call/call.js'
import { refuseFull } from '../call/call-queue.js'
import { FairQueue } from '../call/fair-queue.js'
import { Deadline } from '../cancellation/deadline.js'
import { after } from '../cancellation/timer.js'
import type { FrameRef } from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import type { Spawn, StartPause, ThreadExecutor } from './executor.js'
import { RunTimes } from './run-times.js'

/** Sizes of a pool of threads. */
export interface PoolOptions {
  /** Threads that are kept once started. Default 0. */
  minThreads?: number | undefined
  /** Threads at most. Default: as many as the machine runs in parallel. */
  maxThreads?: number | undefined
  /**
   * Calls that may wait for a thread; one more is a QueueFullError: for the newest call of the context that has most waiting. Default: no
   * limit.
   */
  maxQueue?: number | undefined
  /**
   * How long a thread above `minThreads` may be idle before it is ended, in ms. One whose functions or generators others hold is not
   * idle. Default: for ever.
   */
  idleTimeout?: number | undefined
}

/**
 * While all threads are taken, so much work is sent ahead to each, in ms as far as it can be guessed: a thread that must ask for
 * each short call idles in between.
 */
const AHEAD = 3
/** And so many calls, however short. */
const MOST_AHEAD = 256
/** The least time between two looks at an idle thread whose functions or iterators others hold, in ms. */
const HELD_PAUSE = 100
/** The same between two looks at the iterators that are waited for: their end is told to nobody here. */
const ITERATORS_PAUSE = 20

const pause = (ms: number) => new Promise<true>((resolve) => after(ms, () => resolve(true)))

/**
 * Any thread, in parallel: calls that need no thread of their own. One call at a time on each thread. Calls of functions that
 * have been quick are sent ahead; a thread that has nothing to do takes from what was sent ahead to another, so that no call
 * waits behind a long one while a thread is free. Those who wait have their turns (`fair-queue.ts`), and where the line is full, who has
 * most in it gives way.
 */
export class PoolExecutor implements ThreadExecutor {
  readonly #spawn: Spawn
  readonly #options: () => PoolOptions
  readonly #threads = new Set<Thread>()
  readonly #queue = new FairQueue()
  readonly #onDrained: Array<() => void> = []
  readonly #idleTimers = new Map<Thread, () => void>()
  readonly #times = new RunTimes()
  /** What each thread has to do, in ms as far as it was guessed. */
  readonly #expected = new Map<Thread, number>()

  constructor(spawn: Spawn, options: () => PoolOptions) {
    this.#spawn = spawn
    this.#options = options
  }

  get queued(): number {
    return this.#queue.length
  }

  /**
   * @param runOnFrame Sends the call to a blocked frame instead. When every thread is taken and one of them waits for
   * this very chain of calls, queueing would wait for itself for ever (asgiref hangs there): its frame runs the call.
   */
  submit(call: Call, runOnFrame: (frame: FrameRef) => void): void {
    const { maxQueue = Number.POSITIVE_INFINITY } = this.#options()
    const free = this.#freeThread()
    if (free?.state === 'paused') return free.run(call)
    if (free) return this.#start(free, call)
    const own = call.request.scope.chain.find((frame) => this.#hasThread(frame))
    if (own) return runOnFrame(own)
    this.enqueue(call, maxQueue)
  }

  /** Waits in line, without looking for a frame again. */
  enqueue(call: Call, limit = Number.POSITIVE_INFINITY): void {
    const mayHaveWaited = call.takeValues()
    if (mayHaveWaited && call.isFinished) return
    // What was read may have blocked until a thread had nothing to do.
    const isServedAtOnce = mayHaveWaited && this.#freeThread() !== undefined
    if (!isServedAtOnce && limit !== Number.POSITIVE_INFINITY && this.#waiting >= limit) {
      const other = this.#queue.toMakeRoomFor(call)
      other?.withdraw?.()
      refuseFull(other ?? call, 'calls', limit, 'pool.maxQueue')
      if (!other) return
    }
    this.#queue.push(call)
    this.#next()
  }

  /** Whether code of that chain is blocked on a thread of this pool. */
  serves(chain: readonly FrameRef[]): boolean {
    return chain.some((frame) => this.#hasThread(frame))
  }

  /**
   * Resolves when nothing waits, nothing runs, and the iterators that others hold have ended.
   * @param timeout How long these may take, in ms: whoever left one behind may never say so.
   */
  async drained(timeout: number): Promise<void> {
    const deadline = new Deadline(timeout)
    const hasIterators = () => this.#usable.some((thread) => thread.hasIterators)
    do await this.#idle()
    while (hasIterators() && deadline.remaining() > 0 && (await pause(ITERATORS_PAUSE)))
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve)
      this.#wakeWhenDrained()
    })
  }

  async terminate(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.leave()))
  }

  threadGone(thread: Thread, orphans: readonly Call[]): boolean {
    if (!this.#threads.delete(thread)) return false
    this.#idleTimers.get(thread)?.()
    this.#idleTimers.delete(thread)
    this.#expected.delete(thread)
    for (const call of orphans) this.#queue.push(call)
    this.#next()
    return true
  }

  threadsMayStart(): void {
    this.#next()
  }

  /** Also those that were sent ahead. */
  get #waiting(): number {
    let waiting = this.#queue.length
    for (const { load } of this.#threads) waiting += Math.max(0, load - 1)
    return waiting
  }

  #next(): void {
    for (let call = this.#queue.first; call; call = this.#queue.first) {
      const free = this.#freeThread()
      const thread = free ?? this.#threadWithRoom(call)
      if (!thread) return
      this.#queue.shift()
      if (thread.state === 'paused') thread.run(call)
      else if (free) this.#start(thread, call)
      else this.#startAhead(thread, call)
    }
  }

  /** A thread that will soon come to the call, as far as can be guessed: one that is blocked may not. */
  #threadWithRoom({ request, transfer }: Call): Thread | undefined {
    // Taken back, it could not be sent again: what it moves would be with the first thread.
    if (transfer.length > 0) return undefined
    let room = AHEAD - this.#times.expected(request.ref)
    let chosen: Thread | undefined
    if (room < 0) return undefined
    for (const thread of this.#usable) {
      const expected = this.#expected.get(thread) ?? 0
      if (expected >= room || thread.load >= MOST_AHEAD || thread.innermostFrame > 0) continue
      room = expected
      chosen = thread
    }
    return chosen
  }

  /** A thread has nothing to do: it gets what was sent ahead to the one that has most. */
  #relieve(): void {
    const [busiest] = this.#usable.sort((a, b) => b.load - a.load)
    if (!busiest || busiest.load < 2) return
    const calls = busiest.takeBack()
    for (const call of calls) this.#noLongerExpect(busiest, call)
    if (calls.length > 0) this.#queue.putBack(calls)
    this.#next()
  }

  /** @returns a pause where there is no thread at all, and none may be started now. */
  #freeThread(): Thread | StartPause | undefined {
    const { maxThreads = os().availableParallelism() } = this.#options()
    let idle: Thread | undefined
    let usable = 0
    let busy = 0
    // Once through, and nothing made: this is done for each call.
    for (const thread of this.#threads) {
      if (!isUsable(thread)) continue
      usable += 1
      if (thread.load > 0) busy += 1
      else idle ??= thread
    }
    // Counted anew each time: the limit may have been lowered since these threads were started.
    if (busy >= maxThreads) return undefined
    if (idle || usable >= maxThreads) return idle
    const thread = this.#spawn('pool')
    // Those that there are come to it.
    if (thread.state === 'paused') return usable > 0 ? undefined : thread
    this.#threads.add(thread)
    thread.onCallFinished = (call) => this.#finished(thread, call)
    return thread
  }

  /** Without those that are on their way out. */
  get #usable(): Thread[] {
    return [...this.#threads].filter(isUsable)
  }

  #finished(thread: Thread, call: Call | undefined): void {
    if (call) {
      this.#noLongerExpect(thread, call)
      const { settlement } = call
      const ran = settlement && 'outcome' in settlement ? settlement.outcome.ran : undefined
      if (ran !== undefined) this.#times.note(call.request.ref, ran)
    }
    this.#next()
    if (thread.load === 0) {
      this.#relieve()
      if (thread.load === 0) this.#retireLater(thread)
    }
    this.#wakeWhenDrained()
  }

  #start(thread: Thread, call: Call): void {
    this.#idleTimers.get(thread)?.()
    this.#expect(thread, call)
    thread.run(call)
    if (!call.isFinished) return
    // It could not be sent, and nobody will tell that it has finished.
    this.#noLongerExpect(thread, call)
    if (thread.load === 0) this.#retireLater(thread)
  }

  #startAhead(thread: Thread, call: Call): void {
    this.#expect(thread, call)
    thread.runAhead(call)
    if (call.isFinished) this.#noLongerExpect(thread, call)
  }

  #expect(thread: Thread, call: Call): void {
    const expected = this.#times.expected(call.request.ref)
    call.expected = expected === Number.POSITIVE_INFINITY ? 0 : expected
    this.#expected.set(thread, (this.#expected.get(thread) ?? 0) + call.expected)
  }

  #noLongerExpect(thread: Thread, { expected }: Call): void {
    this.#expected.set(thread, Math.max(0, (this.#expected.get(thread) ?? 0) - expected))
  }

  #retireLater(thread: Thread): void {
    const { idleTimeout, minThreads = 0 } = this.#options()
    if (idleTimeout === undefined) return
    this.#idleTimers.get(thread)?.()
    const retire = () => {
      if (thread.load > 0 || this.#usable.length <= minThreads) return
      if (!thread.isHeld) return void thread.leave()
      // Nobody tells when it is held no longer.
      this.#idleTimers.set(thread, after(Math.max(idleTimeout, HELD_PAUSE), retire, false))
    }
    this.#idleTimers.set(thread, after(idleTimeout, retire, false))
  }

  #wakeWhenDrained(): void {
    if (this.#onDrained.length === 0 || this.#queue.length > 0) return
    if ([...this.#threads].some(({ load }) => load > 0)) return
    for (const wake of this.#onDrained.splice(0)) wake()
  }

  #hasThread(frame: FrameRef): boolean {
    for (const thread of this.#threads) if (thread.address === frame.thread) return true
    return false
  }
}

function isUsable({ state }: Thread): boolean {
  return state === 'starting' || state === 'ready'
}
