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
  const holder: { [key]?: OpenModules } = globalThis
  holder[key] ??= { modules: new Set() }
  return holder[key]
}
