import { Cell } from '../context/cell.js'
import { scopeLike } from '../context/scope.js'
import type { StartPause } from '../executor/executor.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import type { Thread } from '../thread/thread.js'
import type { LoopOwner } from './blocking-call.js'

/**
 * One loop for a stretch of synchronous code: the `asyncToSync` calls inside `run` that no loop launched share a loop thread
 * of their own, which starts with the first of them and ends with the context. Behaves as asgiref's
 * `AsyncSingleThreadContext`; the loop itself lives on between the calls, so that connections kept there do, too.
 *
 * @example
 * // counter.js
 * import { asyncToSync } from '@syncbridge/core'
 * let count = 0
 * export const increment = asyncToSync(async () => ++count)
 * // main.js
 * import { AsyncSingleThreadContext } from '@syncbridge/core'
 * import { increment } from './counter.js'
 * const twice = () => [increment(), increment()] // on the same loop
 * console.log(new AsyncSingleThreadContext().run(twice)) // [ 1, 2 ]
 * console.log(new AsyncSingleThreadContext().run(twice)) // [ 1, 2 ]
 */
export class AsyncSingleThreadContext {
  /**
   * Runs synchronous code inside the context. Inside another one that one goes on.
   * @returns What `fn` returns.
   * @throws What `fn` throws.
   */
  run<T>(fn: () => T): T {
    const here = runtime()
    const around = here.scopes.current()
    const outer = around?.singleLoop as SingleLoop | undefined
    if (outer && !outer.isOver) return fn()
    const singleLoop = new SingleLoop()
    const scope = scopeLike(around ?? { mode: 'open', chain: [], cell: new Cell() }, { singleLoop })
    try {
      return here.scopes.run(scope, fn)
    } finally {
      singleLoop.end()
    }
  }
}

/** The loop thread of one run. */
class SingleLoop implements LoopOwner {
  #thread: Thread | undefined
  #isOver = false

  get isOver(): boolean {
    return this.#isOver
  }

  end(): void {
    this.#isOver = true
    void this.#thread?.terminate()
    this.#thread = undefined
  }

  loopThread(here: Runtime): Thread | StartPause | undefined {
    // Nobody would end a thread that was started now.
    if (this.#isOver) return undefined
    const state = this.#thread?.state
    if (this.#thread && state !== 'gone' && state !== 'ending') return this.#thread
    const thread = here.spawn('loop')
    this.#thread = thread.state === 'paused' ? undefined : thread
    return thread
  }
}
