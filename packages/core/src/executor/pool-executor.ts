import { availableParallelism } from 'node:os'
import type { Call } from '../call/call.js'
import { after } from '../cancellation/timer.js'
import type { FrameRef } from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import { CallQueue, refuseFull } from './call-queue.js'
import type { Spawn, ThreadExecutor } from './executor.js'

/** Sizes of a pool of threads. */
export interface PoolOptions {
  /** Threads that are kept once started. Default 0. */
  minThreads?: number
  /** Threads at most. Default: as many as the machine runs in parallel. */
  maxThreads?: number
  /** Calls that may wait for a thread; one more is a QueueFullError. Default: no limit. */
  maxQueue?: number
  /** How long a thread above `minThreads` may be idle before it is ended, in ms. Default: for ever. */
  idleTimeout?: number
}

/** Any thread, in parallel: calls that need no thread of their own. One call at a time on each thread. */
export class PoolExecutor implements ThreadExecutor {
  readonly #spawn: Spawn
  readonly #options: () => PoolOptions
  readonly #threads = new Set<Thread>()
  readonly #queue = new CallQueue()
  readonly #onDrained: Array<() => void> = []
  readonly #idleTimers = new Map<Thread, () => void>()

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
    if (free) return this.#start(free, call)
    const own = call.request.scope.chain.find((frame) => this.#hasThread(frame))
    if (own) return runOnFrame(own)
    this.enqueue(call, maxQueue)
  }

  /** Waits in line, without looking for a frame again. */
  enqueue(call: Call, limit = Number.POSITIVE_INFINITY): void {
    if (this.#queue.length >= limit) return refuseFull(call, 'calls', limit, 'pool.maxQueue')
    this.#queue.push(call)
    this.#next()
  }

  /** Resolves when nothing waits and nothing runs. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve)
      this.#wakeWhenDrained()
    })
  }

  async terminate(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.terminate()))
  }

  threadGone(thread: Thread, orphans: readonly Call[]): boolean {
    if (!this.#threads.delete(thread)) return false
    this.#idleTimers.get(thread)?.()
    this.#idleTimers.delete(thread)
    for (const call of orphans) this.#queue.push(call)
    this.#next()
    return true
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      const call = this.#queue.shift()
      if (call) this.#start(thread, call)
    }
  }

  #freeThread(): Thread | undefined {
    const { maxThreads = availableParallelism() } = this.#options()
    const threads = this.#usable
    const idle = threads.find(({ load }) => load === 0)
    const busy = threads.filter(({ load }) => load > 0).length
    // Counted anew each time: the limit may have been lowered since these threads were started.
    if (busy >= maxThreads) return undefined
    if (idle || threads.length >= maxThreads) return idle
    const thread = this.#spawn('pool')
    this.#threads.add(thread)
    thread.onCallFinished = () => {
      this.#next()
      if (thread.load === 0) this.#retireLater(thread)
      this.#wakeWhenDrained()
    }
    return thread
  }

  /** Without those that are on their way out. */
  get #usable(): Thread[] {
    return [...this.#threads].filter(({ state }) => state === 'starting' || state === 'ready')
  }

  #start(thread: Thread, call: Call): void {
    this.#idleTimers.get(thread)?.()
    thread.run(call)
  }

  #retireLater(thread: Thread): void {
    const { idleTimeout, minThreads = 0 } = this.#options()
    if (idleTimeout === undefined) return
    this.#idleTimers.get(thread)?.()
    const retire = () => {
      if (thread.load === 0 && this.#usable.length > minThreads) void thread.terminate()
    }
    this.#idleTimers.set(thread, after(idleTimeout, retire, false))
  }

  #wakeWhenDrained(): void {
    if (this.#queue.length > 0 || [...this.#threads].some(({ load }) => load > 0)) return
    for (const wake of this.#onDrained.splice(0)) wake()
  }

  #hasThread(frame: FrameRef): boolean {
    for (const thread of this.#threads) if (thread.address === frame.thread) return true
    return false
  }
}
