import type { Call } from '../call/call.js'
import { assertTimeout } from '../cancellation/deadline.js'
import { ClosedError, DeadlockError } from '../errors.js'
import { PoolExecutor, type PoolOptions } from '../executor/pool-executor.js'
import { type ConfigureOptions, poolSizes, threadSettings } from '../runtime/config.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { awaitCall } from './awaited-call.js'
import { assertOptions } from './bridged-function.js'
import { type Executor, type ExecutorCall, TAKE } from './executor.js'

/** Options of a `ThreadPoolExecutor`. */
export interface ThreadPoolExecutorOptions extends PoolOptions {
  /** Memory limits of each thread, in MB. */
  resourceLimits?: NonNullable<ConfigureOptions['resourceLimits']> | undefined
}

/**
 * A pool of threads of its own, apart from the process's shared one: for work that must not wait for other work, or must not
 * take more than so many threads. Threads start with the first call.
 *
 * @example
 * // hash.js
 * import { scryptSync } from 'node:crypto'
 * import { syncToAsync, ThreadPoolExecutor } from '@syncbridge/core'
 * const executor = new ThreadPoolExecutor({ maxThreads: 2, maxQueue: 100 })
 * export const hash = syncToAsync((password, salt) => scryptSync(password, salt, 64), { threadSensitive: false, executor })
 * // main.js
 * import { stats } from '@syncbridge/core'
 * import { hash } from './hash.js'
 * const keys = await Promise.all(['a', 'b', 'c'].map((password) => hash(password, 'salt')))
 * console.log(`${keys.length} keys by ${stats().threads.length} threads`) // 3 keys by 2 threads
 */
export class ThreadPoolExecutor implements Executor {
  readonly #here: Runtime
  readonly #pool: PoolExecutor
  /** `closing`: what it has may finish, and whatever that calls here. */
  #stage: 'open' | 'closing' | 'closed' = 'open'

  /** @throws TypeError where an option is unknown or out of range. */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    // As they are now: what is changed later has not been checked.
    const sizes = poolSizes('ThreadPoolExecutor', options, ['resourceLimits'])
    const settings = { resourceLimits: options.resourceLimits }
    const { resourceLimits } = threadSettings('ThreadPoolExecutor', settings)
    this.#here = runtime()
    this.#pool = new PoolExecutor(
      (role) => this.#here.spawn(role, undefined, resourceLimits),
      () => sizes,
    )
    this.#here.executors.add(this.#pool)
    Object.defineProperty(this, TAKE, { value: (call: Call) => this.#take(call) })
  }

  /** Runs a call that was made for an executor; `syncToAsync` does not come this way. */
  submit(call: ExecutorCall): Promise<unknown> {
    return awaitCall(
      { ref: call.function },
      { threadSensitive: false, executor: this },
      { signal: call.signal },
      call.args,
    )
  }

  /**
   * Takes no more calls, lets those that it has finish, with what they call here, and ends the threads.
   * Calls made afterwards are refused with ClosedError (SYNCBRIDGE_CLOSED).
   *
   * @param options `timeout`: how long generators that its calls gave may take to end, in ms. Default 10,000.
   * @throws DeadlockError (SYNCBRIDGE_DEADLOCK) in code that one of its calls waits for: it would wait for itself.
   */
  async close(options: { timeout?: number | undefined } = {}): Promise<void> {
    assertOptions('close', options, ['timeout'])
    const { timeout = 10_000 } = options
    assertTimeout(timeout, 'close')
    if (this.#pool.serves(this.#here.scopes.current()?.chain ?? []))
      throw new DeadlockError(
        'close() of a ThreadPoolExecutor was called in code that one of its own calls waits for. It would wait for that call, and so for ' +
          'itself: close it when the call has ended.',
      )
    if (this.#stage === 'open') this.#stage = 'closing'
    // Calls that were given up are waited for, too, and hold nothing themselves: the process would end in the middle.
    const letGo = this.#here.open.hold()
    try {
      await this.#pool.drained(timeout)
      this.#stage = 'closed'
      await this.#pool.terminate()
    } finally {
      letGo()
    }
    this.#here.executors.delete(this.#pool)
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #take(call: Call): void {
    const { chain } = call.request.scope
    const isTaken =
      this.#stage === 'open' || (this.#stage === 'closing' && this.#pool.serves(chain))
    if (!isTaken) {
      const failure = new ClosedError(
        `${call.label} was given to a ThreadPoolExecutor that has been closed.`,
        { closed: 'executor', function: call.label },
      )
      call.settle({ failure })
      call.finish()
      return
    }
    this.#pool.submit(call, (frame) =>
      this.#here.outbox.sendToFrame(call, frame, () => this.#pool.enqueue(call)),
    )
  }
}
