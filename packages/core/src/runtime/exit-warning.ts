import { printThrown } from '../print-thrown.js'

/** Nobody awaits exit functions: a process warning is all that tells of their failure. */
export function warnOfExit(what: string, cause?: unknown): void {
  process.emitWarning(warningOf(what, cause))
}

/** While this thread exits: no tick follows, in which Node would tell of a warning. */
export function warnAtLast(what: string): void {
  process.emit('warning', warningOf(what))
}

function warningOf(what: string, cause?: unknown): Error {
  const message = cause === undefined ? what : `${what}: ${printThrown(cause)}`
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), {
    name: 'Warning',
    code: 'SYNCBRIDGE_EXIT_FUNCTION',
    ...(cause instanceof Error && typeof cause.stack === 'string' && { detail: cause.stack }),
  })
}
