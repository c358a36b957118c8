/** Token of the resolved options. */
export const SYNCBRIDGE_OPTIONS = Symbol.for('syncbridge.nestjs.options')

/** Token of the provider that makes the options, for `useClass`. */
export const SYNCBRIDGE_OPTIONS_FACTORY = Symbol.for('syncbridge.nestjs.options-factory')

/** Metadata of `@Timeout()`, `@SkipBridge()` and `@RunInThread()`. */
export const TIMEOUT_METADATA = 'syncbridge:timeout'
export const SKIP_METADATA = 'syncbridge:skip'
export const RUN_IN_THREAD_METADATA = 'syncbridge:run-in-thread'

/** Where the bridge's lines stand in the application's log. */
export const LOG_CONTEXT = 'Syncbridge'
