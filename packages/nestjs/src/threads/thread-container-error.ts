/**
 * The Nest module of a thread could not start, or has not what was asked of it. The message names the provider; `cause` is its error.
 */
export class ThreadContainerError extends Error {
  /** A stable identifier. */
  readonly code = 'SYNCBRIDGE_THREAD_CONTAINER'
  /** URL of the file that exports the module. */
  readonly module: string

  constructor(message: string, options: { module: string; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'ThreadContainerError'
    this.module = options.module
  }
}
