import { isThenable } from '../registry/thenable.js'

export type ExitHook = () => unknown

/** What `onContextExit` was given, on the thread that the context leases, until the context ends. */
export class ExitHooks {
  readonly #hooks = new Map<string, ExitHook[]>()
  #awaited = 0

  /** Whether a function that was begun here waits for the event loop. */
  get isWaiting(): boolean {
    return this.#awaited > 0
  }

  add(context: string, hook: ExitHook): void {
    const hooks = this.#hooks.get(context)
    if (hooks) hooks.push(hook)
    else this.#hooks.set(context, [hook])
  }

  /**
   * Runs the hooks of a context in reverse order, one after the other, all of them, even after one has failed. It takes no turn of the
   * event loop where all of them are synchronous.
   *
   * @param later More of them, which count as added last.
   * @param done Gets the errors. It must not throw.
   */
  run(
    context: string,
    later: readonly ExitHook[],
    done: (errors: readonly unknown[]) => void,
  ): void {
    const hooks = [...(this.#hooks.get(context) ?? []), ...later]
    this.#hooks.delete(context)
    this.#runNext(hooks, [], done)
  }

  #runNext(hooks: ExitHook[], errors: unknown[], done: (errors: readonly unknown[]) => void): void {
    for (let hook = hooks.pop(); hook; hook = hooks.pop()) {
      try {
        const value = hook()
        if (isThenable(value)) return void this.#wait(value, hooks, errors, done)
      } catch (error) {
        errors.push(error)
      }
    }
    done(errors)
  }

  async #wait(
    promise: PromiseLike<unknown>,
    hooks: ExitHook[],
    errors: unknown[],
    done: (errors: readonly unknown[]) => void,
  ): Promise<void> {
    this.#awaited += 1
    try {
      await promise
    } catch (error) {
      errors.push(error)
    }
    this.#awaited -= 1
    this.#runNext(hooks, errors, done)
  }
}
