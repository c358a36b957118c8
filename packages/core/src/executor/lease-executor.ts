/**
 * Threads for `ThreadSensitiveContext`s: a context leases a warm thread with its first call, has it alone, and gives it back
 * at its end, after the thread has cleaned up. The number of threads is capped; contexts wait for one in order, within
 * a limit and for a limited time, so that a flood is refused instead of piling up.
 */

import type { Call } from '../call/call.js'
import { CallQueue, refuseFull } from '../call/call-queue.js'
import { refuse } from '../call/pending-calls.js'
import { Alarms } from '../cancellation/alarms.js'
import { QueueFullError } from '../errors.js'
import type { Thread } from '../thread/thread.js'
import type { Spawn, StartPause, ThreadExecutor } from './executor.js'

/** Limits of the threads that contexts lease. */
export interface LeaseOptions {
  /** Leased threads at most. Default 8. */
  maxThreads?: number | undefined
  /** Contexts that may wait for a thread; one more is a QueueFullError. Default 1000. */
  maxQueue?: number | undefined
  /** How long a context may wait for its thread, in ms; then its calls are refused by a QueueFullError. Default 30,000. */
  leaseTimeout?: number | undefined
  /** How long the `onContextExit` functions may take, their promises included, in ms, before the thread is replaced. Default 5,000. */
  exitTimeout?: number | undefined
}

/**
 * Asks a thread to clean up after a context, and tells `done` whether all went well. By callback, as all that happens here: while
 * the root's thread is blocked it still receives messages, but no promise of its goes on.
 */
export type CleanThread = (thread: Thread, context: string, done: (clean: boolean) => void) => void

interface Lease {
  readonly context: string
  readonly calls: CallQueue
  thread?: Thread | undefined
  stopTimer?: () => void
  ended: boolean
  onReturned: () => void
}

export class LeaseExecutor implements ThreadExecutor {
  readonly #spawn: Spawn
  readonly #clean: CleanThread
  readonly #options: () => LeaseOptions
  readonly #alarms: Alarms
  readonly #leases = new Map<string, Lease>()
  readonly #line: Lease[] = []
  readonly #idle: Thread[] = []
  #threadCount = 0
  /** Those of them that have been told to end, and are not gone yet. */
  readonly #leaving = new Set<Thread>()

  constructor(
    spawn: Spawn,
    clean: CleanThread,
    options: () => LeaseOptions,
    alarms = new Alarms(),
  ) {
    this.#spawn = spawn
    this.#clean = clean
    this.#options = options
    this.#alarms = alarms
  }

  get queued(): number {
    return this.#line.reduce((sum, lease) => sum + lease.calls.length, 0)
  }

  /** From now on the context may lease. */
  open(context: string): void {
    const lease = { context, calls: new CallQueue(), ended: false, onReturned: () => undefined }
    this.#leases.set(context, lease)
  }

  /** @returns false where the context has ended, or was never opened. */
  submit(call: Call, context: string): boolean {
    const lease = this.#leases.get(context)
    if (!lease || lease.ended) return false
    const { thread } = lease
    const isServedAtOnce = thread
      ? !thread.mustWait(call)
      : this.#line.length === 0 && this.#idle.length > 0 && this.#hasRoom()
    // By then the context may have its thread, or another one, or have ended.
    if (!isServedAtOnce && call.takeValues()) return call.isFinished || this.submit(call, context)
    if (thread) thread.run(call)
    else this.#wait(lease, call)
    return true
  }

  /**
   * Ends the lease. `onEnded` is called when the thread has cleaned up, or at once where it still runs code that its callers have
   * given up: such a thread is given to nobody before that code has ended.
   */
  end(context: string, onEnded: () => void): void {
    const lease = this.#leases.get(context)
    if (!lease || lease.ended) return onEnded()
    lease.ended = true
    const { thread } = lease
    if (!thread) {
      // What nobody awaited outlives its context, and goes elsewhere.
      for (const call of this.#leave(lease)) refuse(call)
      return onEnded()
    }
    const isAbandoned = thread.load > 0 && thread.isAbandoned
    if (!isAbandoned) lease.onReturned = onEnded
    this.#giveBackWhenIdle(lease, thread)
    if (isAbandoned) onEnded()
  }

  /** Ends the leases of contexts whose opener is gone: nobody else would. */
  endWhere(isOrphaned: (context: string) => boolean): void {
    for (const context of [...this.#leases.keys()])
      if (isOrphaned(context)) this.end(context, () => undefined)
  }

  threadGone(thread: Thread, orphans: readonly Call[]): boolean {
    const lease = [...this.#leases.values()].find((candidate) => candidate.thread === thread)
    const idle = this.#idle.indexOf(thread)
    if (idle >= 0) this.#idle.splice(idle, 1)
    else if (!lease) return false
    this.#threadCount -= 1
    this.#leaving.delete(thread)
    if (lease) {
      lease.thread = undefined
      if (lease.ended) this.#forget(lease)
      // Work that outlives its context goes elsewhere; of an open one, it waits for the next thread.
      for (const call of orphans) this.#giveTo(lease, call)
    }
    this.#serveLine()
    return true
  }

  threadsMayStart(): void {
    this.#serveLine()
  }

  #wait(lease: Lease, call: Call): void {
    const waitsAlready = this.#line.includes(lease)
    const { maxQueue = 1000, leaseTimeout = 30_000 } = this.#options()
    if (!waitsAlready && !this.#hasRoom() && this.#line.length >= maxQueue) {
      return refuseFull(call, 'contexts', maxQueue, 'leased.maxQueue')
    }
    lease.calls.push(call)
    const { withdraw } = call
    call.withdraw = () => {
      withdraw?.()
      // Nobody waits with it any more: neither its place nor its time shall count.
      if (lease.calls.length === 0) this.#leave(lease)
    }
    if (waitsAlready) return
    this.#line.push(lease)
    this.#serveLine()
    if (lease.calls.length > 0)
      lease.stopTimer = this.#alarms.after(leaseTimeout, () =>
        this.#waitedTooLong(lease, leaseTimeout),
      )
  }

  #waitedTooLong(lease: Lease, leaseTimeout: number): void {
    for (const call of this.#leave(lease)) {
      const message = `${call.label} was refused: no leased thread became free within ${leaseTimeout} ms (leased.leaseTimeout; leased.maxThreads is the number of threads).`
      call.settle({ failure: new QueueFullError(message, { function: call.label }) })
      call.finish()
    }
  }

  /** Out of the line; @returns the calls that waited with it. */
  #leave(lease: Lease): Call[] {
    lease.stopTimer?.()
    const index = this.#line.indexOf(lease)
    if (index >= 0) this.#line.splice(index, 1)
    if (lease.ended) this.#forget(lease)
    return lease.calls.clear()
  }

  #serveLine(): void {
    while (this.#line.length > 0 && this.#hasRoom()) {
      const [lease] = this.#line
      if (!lease) return
      // All its calls were given up while they waited: it needs no thread now.
      const thread = lease.calls.length > 0 ? this.#takeThread() : undefined
      // One of the threads that there are will come back.
      if (thread?.state === 'paused' && this.#threadCount > 0) return
      const calls = this.#leave(lease)
      if (thread?.state === 'paused') for (const call of calls) thread.run(call)
      else lease.thread = thread
      if (lease.thread) for (const call of calls) this.#giveTo(lease, call)
    }
  }

  /** For a call that was in line. The thread may have ended, and the call been given up, while the one before it was sent. */
  #giveTo(lease: Lease, call: Call): void {
    if (!call.isFinished && !this.submit(call, lease.context)) refuse(call)
  }

  #hasRoom(): boolean {
    return this.#threadCount - this.#idle.length < this.#limit
  }

  get #limit(): number {
    return this.#options().maxThreads ?? 8
  }

  #takeThread(): Thread | StartPause {
    // The one that was used last: its caches are the warmest.
    const warm = this.#idle.pop()
    if (warm) return warm
    const thread = this.#spawn('leased')
    if (thread.state !== 'paused') this.#threadCount += 1
    return thread
  }

  #giveBackWhenIdle(lease: Lease, thread: Thread): void {
    if (thread.load > 0) {
      thread.onCallFinished = () => this.#giveBackWhenIdle(lease, thread)
      // From then on nobody waits for what it runs, and so the end of the context doesn't, either.
      thread.onCallGivenUp = () => {
        if (thread.isAbandoned) takeOnReturned(lease)()
      }
      return
    }
    thread.onCallFinished = undefined
    thread.onCallGivenUp = undefined
    this.#clean(thread, lease.context, (clean) => {
      // A thread that ended meanwhile has been taken off by threadGone.
      if (lease.thread !== thread) return
      // The limit has been lowered since the thread was started. Those that are leaving already make room by themselves.
      const isTooMany = this.#threadCount - this.#leaving.size > this.#limit && !thread.isHeld
      if (!clean || isTooMany) {
        this.#leaving.add(thread)
        return void (clean ? thread.leave() : thread.terminate())
      }
      lease.thread = undefined
      this.#forget(lease)
      this.#idle.push(thread)
      this.#serveLine()
    })
  }

  #forget(lease: Lease): void {
    this.#leases.delete(lease.context)
    takeOnReturned(lease)()
  }
}

/** It is called once. */
function takeOnReturned(lease: Lease): () => void {
  const { onReturned } = lease
  lease.onReturned = () => undefined
  return onReturned
}
