/**
 * Every error class of the library and its stable code. Nothing here imports anything, so that any room may throw.
 *
 * `instanceof` holds across copies of the library in one process (ESM beside CJS, a test runner's module graph beside
 * Node's) and for errors that came back from another thread, because classes are recognised by their code, behind a
 * brand that all copies share.
 */
const BRAND: unique symbol = Symbol.for('syncbridge.error') as never

/** What every error of the library can carry besides its message. */
export interface SyncBridgeErrorOptions {
  /** The error that led to this one. */
  cause?: unknown | undefined
  /** The bridged function concerned, as `name (module)`. */
  function?: string | undefined
  /** The thread concerned, as in `stats()`. */
  thread?: string | undefined
}

/**
 * The base class of the library's errors. Match on `code`, which is stable, or on the class.
 *
 * @example
 * import { main, SyncBridgeError, syncToAsync } from '@syncbridge/core'
 *
 * const sizeOf = syncToAsync((value) => value.size)
 *
 * main(async () => {
 *   try {
 *     await sizeOf(new WeakMap())
 *   } catch (error) {
 *     if (error instanceof SyncBridgeError) console.log(error.code) // SYNCBRIDGE_TRANSFER
 *   }
 * })
 */
export class SyncBridgeError extends Error {
  /** The `code` of its instances. */
  static readonly code: string = 'SYNCBRIDGE_ERROR'
  /** A stable identifier, `SYNCBRIDGE_…`. */
  readonly code: string
  /** The bridged function concerned, as `name (module)`, where there is one. */
  declare readonly function?: string
  /** The thread concerned, where there is one. */
  declare readonly thread?: string

  constructor(message: string, options: SyncBridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const { name, code } = new.target
    this.code = code
    // Not enumerable, like the name of a built-in error: it would be printed twice.
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
    if (options.function !== undefined) this.function = options.function
    if (options.thread !== undefined) this.thread = options.thread
  }

  /** Holds across threads, and across the copies of the library in a process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      if (Function.prototype[Symbol.hasInstance].call(this, value)) return true
      if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
      // Only the library's own classes are matched by code: a user's subclass inherits a code that is not its own.
      if (!Object.hasOwn(this, 'code')) return false
      return this.code === 'SYNCBRIDGE_ERROR' || (value as { code?: unknown }).code === this.code
    } catch {
      // Anything can be thrown, or be the reason of an abort, also a proxy that throws whatever it is asked.
      return false
    }
  }
}

// On the prototype, since an error that came from another thread is rebuilt without running its constructor.
Object.defineProperty(SyncBridgeError.prototype, BRAND, { value: true })

/**
 * `asyncToSync` was called on a thread that is running a loop: inside a context or request, or in async code that a
 * bridged call started. Blocking there would freeze the loop that the call needs. Await the async function instead.
 */
export class BlockedLoopError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_BLOCKED_LOOP'
}

/** The call could never finish: the thread it needs is waiting for it. The message names the chain. */
export class DeadlockError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_DEADLOCK'
}

/** A function could not be named, or could not be found in the other thread. The message shows the way out. */
export class RegistrationError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_REGISTRATION'
}

/** The function was registered by the program’s entry module, which a thread would run a second time by importing it. */
export class EntryModuleError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_ENTRY_MODULE'
}

/** A value can't cross between threads; `path` names it, such as `args[0].items[3].callback`. */
export class TransferError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_TRANSFER'
  /** Where in the value the obstacle is. */
  declare readonly path?: string

  constructor(message: string, options: SyncBridgeErrorOptions & { path?: string } = {}) {
    super(message, options)
    if (options.path !== undefined) this.path = options.path
  }
}

/** A queue is at its limit, or no leased thread became free in time: refused rather than piled up. */
export class QueueFullError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_QUEUE_FULL'
}

/** The call's `timeout` passed, counted from the call and queueing included. */
export class CallTimeoutError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_CALL_TIMEOUT'
}

/** The thread ended while the call was running on it. `exitCode` is what it ended with. */
export class ThreadExitedError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_THREAD_EXITED'
  /** The code the thread ended with; undefined where it ended without leaving one, as when memory ran out. */
  declare readonly exitCode?: number

  constructor(
    message: string,
    options: SyncBridgeErrorOptions & { exitCode?: number | undefined } = {},
  ) {
    super(message, options)
    if (options.exitCode !== undefined) this.exitCode = options.exitCode
  }
}

/** What a call needs is closed: the bridge after `shutdown()`, an executor after `close()`, a function that was released. */
export class ClosedError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_CLOSED'
  /** What is closed. Of these only a released function is a mistake of the caller's; the others are what a server answers by 503. */
  declare readonly closed?: 'bridge' | 'executor' | 'function'

  constructor(
    message: string,
    options: SyncBridgeErrorOptions & { closed?: 'bridge' | 'executor' | 'function' } = {},
  ) {
    super(message, options)
    if (options.closed !== undefined) this.closed = options.closed
  }
}

/**
 * Two copies of the library in one process that don't understand each other: of different majors, or with other messages between threads.
 * The message names their versions and places. Install one of them: `npm ls @syncbridge/core` shows who asks for which.
 */
export class VersionMismatchError extends SyncBridgeError {
  static override readonly code = 'SYNCBRIDGE_VERSION_MISMATCH'
}

/** The library's own classes: they cross between threads without being registered. */
export const ownErrorClasses = [
  SyncBridgeError,
  BlockedLoopError,
  DeadlockError,
  RegistrationError,
  EntryModuleError,
  TransferError,
  QueueFullError,
  CallTimeoutError,
  ThreadExitedError,
  ClosedError,
  VersionMismatchError,
] as const
