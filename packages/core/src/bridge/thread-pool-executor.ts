import type { Call } from '../call/call.js'
import { ClosedError } from '../errors.js'
import { PoolExecutor, type PoolOptions } from '../executor/pool-executor.js'
import { assertPoolOptions, type ConfigureOptions } from '../runtime/config.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { awaitCall } from './awaited-call.js'
import { type Executor, type ExecutorCall, TAKE } from './executor.js'

/** Options of a `ThreadPoolExecutor`. */
export interface ThreadPoolExecutorOptions extends PoolOptions {
  /** Memory limits of each thread, in MB. */
  resourceLimits?: NonNullable<ConfigureOptions['resourceLimits']>
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
  readonly #options: ThreadPoolExecutorOptions
  readonly #here: Runtime
  readonly #pool: PoolExecutor
  #closed = false

  /** @throws TypeError where an option is unknown or out of range. */
  constructor(options: ThreadPoolExecutorOptions = {}) {
    const { resourceLimits, ...sizes } = options
    assertPoolOptions('ThreadPoolExecutor', sizes)
    this.#options = options
    this.#here = runtime()
    this.#pool = new PoolExecutor(
      (role) => this.#here.spawn(role, undefined, resourceLimits),
      () => this.#options,
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
   * Takes no more calls, lets those that it has finish, and ends the threads.
   * Calls made afterwards are refused with ClosedError (SYNCBRIDGE_CLOSED).
   */
  async close(): Promise<void> {
    this.#closed = true
    await this.#pool.drained()
    await this.#pool.terminate()
    this.#here.executors.delete(this.#pool)
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #take(call: Call): void {
    if (this.#closed) {
      const failure = new ClosedError(
        `${call.label} was given to a ThreadPoolExecutor that has been closed.`,
        { function: call.label },
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
