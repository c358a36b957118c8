/** Token of the resolved options. */
export const SYNCBRIDGE_OPTIONS = Symbol.for('syncbridge.nestjs.options')

/** Token of the provider that makes the options, for `useClass`. */
export const SYNCBRIDGE_OPTIONS_FACTORY = Symbol.for('syncbridge.nestjs.options-factory')
