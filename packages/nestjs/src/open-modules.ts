const key = Symbol.for('syncbridge.nestjs.open-modules.1')

/**
 * The applications of this process that use the bridge. They share its threads, whichever build of this package (ESM or
 * CommonJS) each of them has loaded.
 */
export interface OpenModules {
  /** Module instances that are initialised and not yet closed. */
  readonly modules: Set<object>
  /** The end of the threads, while it is under way. */
  draining?: Promise<void> | undefined
}

export function openModules(): OpenModules {
  const known: OpenModules | undefined = Reflect.get(globalThis, key)
  if (known) return known
  const opened: OpenModules = { modules: new Set() }
  Reflect.set(globalThis, key, opened)
  return opened
}
