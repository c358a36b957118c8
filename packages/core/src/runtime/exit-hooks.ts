/** What `onContextExit` was given, on the thread that the context leases, until the context ends. */
export class ExitHooks {
  readonly #hooks = new Map<string, Array<() => void>>()

  add(context: string, hook: () => void): void {
    const hooks = this.#hooks.get(context)
    if (hooks) hooks.push(hook)
    else this.#hooks.set(context, [hook])
  }

  /**
   * Runs the hooks of a context in reverse order, all of them, even after one has failed.
   * @throws the first error.
   */
  run(context: string): void {
    const hooks = this.#hooks.get(context) ?? []
    this.#hooks.delete(context)
    const errors: unknown[] = []
    for (const hook of hooks.reverse()) {
      try {
        hook()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
