/**
 * Modules that calls of this thread wait for. While its module is loading a call has not begun: it can still be given up, and is no proof of
 * code that is stuck. What limits it is `startTimeout`, counted from when the module began to load, whoever waits for it.
 *
 * A queue or a frame can do nothing else meanwhile. So the thread's maker is told, and ends the thread when the time is over: that works
 * also where the module's top level keeps the thread busy. Asynchronous calls run beside others. Each of them fails by itself, and
 * the maker ends the thread only where its event loop has not turned for as long.
 */

import type { Alarms } from '../cancellation/alarms.js'
import type { LifeRecord } from '../channel/life-record.js'
import type { Scopes } from '../context/scope.js'
import { RegistrationError } from '../errors.js'
import { now } from '../own-timers.js'
import type { FunctionRef, LoadNotice } from '../protocol.js'
import { printModule, printRef } from '../registry/function-ref.js'
import { type Found, loadFunction } from '../registry/load-function.js'
import type { Registry } from '../registry/registry.js'

export interface LoadsEnvironment {
  readonly registry: Registry
  readonly scopes: Scopes
  readonly alarms: Alarms
  readonly life: LifeRecord
  /** How long a module may take, in ms. */
  startTimeout(): number
  /** Tells the maker of this thread, where there is one, that a call waits for a module. */
  tell(load: LoadNotice): void
}

const LAST_NUMBER = 2 ** 31 - 1

export class Loads {
  readonly #here: LoadsEnvironment
  /** The modules that are being loaded: since when, and how many times they were asked for. */
  readonly #begun = new Map<string, { readonly since: number; count: number }>()
  /** The loads that the queue and the frames wait for, by their numbers. The last one is what this thread is doing now. */
  readonly #awaited: number[] = []
  /** Each makes a function run as soon as it is registered. */
  readonly #needed = new Set<() => void>()
  /** Modules whose evaluation may wait for a call of their own. */
  readonly #callThemselves = new Set<string>()
  #last = 0

  constructor(here: LoadsEnvironment) {
    this.#here = here
  }

  /** Whether a module is being loaded by `import()`, which needs the event loop; also one that nobody waits for any more. */
  get isAny(): boolean {
    return this.#begun.size > 0
  }

  /**
   * The queue or a frame is going to wait for a function's module. To be called before the call is counted as taken: a call that is
   * counted, and waits for no module, is taken for one that runs.
   * @returns a function to be called when it waits no longer.
   */
  await(ref: FunctionRef): () => void {
    this.#last = this.#last === LAST_NUMBER ? 1 : this.#last + 1
    const number = this.#last
    this.#awaited.push(number)
    this.#here.life.noteLoading(number)
    this.#tell(ref, number)
    return () => {
      const at = this.#awaited.lastIndexOf(number)
      if (at >= 0) this.#awaited.splice(at, 1)
      this.#here.life.noteLoading(this.#awaited.at(-1) ?? 0)
    }
  }

  /** An asynchronous call is going to wait for a function's module. @returns as above. */
  awaitAsync(ref: FunctionRef): () => void {
    let isOver = false
    this.#here.life.countAsyncLoads(1)
    this.#tell(ref, 0)
    return () => {
      if (!isOver) this.#here.life.countAsyncLoads(-1)
      isOver = true
    }
  }

  /** Code that belongs to no call makes a call of that module: where it is the module's own top level, its evaluation waits for it. */
  noteOwnCall(module: string): void {
    if (!this.#begun.has(module)) return
    // Also for calls that come later: the thread that one of them occupies may be the one that the call in line needs.
    this.#callThemselves.add(module)
    this.noteNeeded()
  }

  /**
   * A call that a module of this thread may be waiting for, at its top level, is in line behind what is loaded for. That may be the same
   * module: nothing waits for the end of its evaluation from here on, which would wait for the call.
   */
  noteNeeded(): void {
    for (const wake of this.#needed) wake()
  }

  /**
   * Without a limit: whoever waits in the queue is limited by the maker of this thread.
   * @param isNeeded As with `noteNeeded`, for the very call that is loaded for.
   */
  async load(ref: FunctionRef, isNeeded: boolean): Promise<Found> {
    const { registry, scopes } = this.#here
    const { module } = ref
    const begun = this.#begun.get(module) ?? { since: now(), count: 0 }
    begun.count += 1
    this.#begun.set(module, begun)
    let wake = (): void => undefined
    const needed = new Promise<void>((resolve) => {
      wake = resolve
    })
    if (isNeeded || this.#callThemselves.has(module)) wake()
    this.#needed.add(wake)
    try {
      return await scopes.exit(() => loadFunction(ref, registry, needed))
    } finally {
      this.#needed.delete(wake)
      begun.count -= 1
      if (begun.count === 0) this.#begun.delete(module)
    }
  }

  /** @throws RegistrationError (SYNCBRIDGE_REGISTRATION) also where the module has not been loaded in time. */
  loadInTime(ref: FunctionRef, isNeeded: boolean): Promise<Found> {
    const left = this.#left(ref)
    // One more `import()` of what does not come would only be one more that waits.
    if (left <= 0) return Promise.reject(this.#tooLate(ref))
    return new Promise((resolve, reject) => {
      const stop = this.#here.alarms.after(left, () => reject(this.#tooLate(ref)), false)
      this.load(ref, isNeeded).then(resolve, reject).finally(stop)
    })
  }

  #tell(ref: FunctionRef, number: number): void {
    const limit = this.#here.startTimeout()
    this.#here.tell({ number, left: this.#left(ref), limit, module: printModule(ref.module) })
  }

  #left({ module }: FunctionRef): number {
    const begun = this.#begun.get(module)
    const passed = begun ? now() - begun.since : 0
    return Math.max(0, this.#here.startTimeout() - passed)
  }

  #tooLate(ref: FunctionRef): RegistrationError {
    const label = printRef(ref)
    return new RegistrationError(
      `${label} could not be called: its module had not been loaded within ${this.#here.startTimeout()} ms in this thread ` +
        '(configure({ startTimeout })). What it awaits at its top level may never come.',
      { function: label },
    )
  }
}
