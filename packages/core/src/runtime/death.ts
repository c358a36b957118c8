/** How a thread ended, and what those are told who waited for it. */
import { ThreadExitedError } from '../errors.js'
import type { ThreadAddress } from '../protocol.js'

export interface Death {
  readonly thread: ThreadAddress
  readonly role: string
  readonly exitCode: number | undefined
  readonly cause: unknown
  /** Whether it had come up at all. */
  readonly started: boolean
}

/** @param more What else there is to say, a sentence. */
export function exited(
  label: string,
  { thread, role, exitCode, cause, started }: Death,
  more = '',
): ThreadExitedError {
  const what = `${label}: the ${role} thread ${thread} ${howItEnded(exitCode, cause, started)}${more && `. ${more}`}`
  const options = { exitCode, function: label, thread, ...(cause !== undefined && { cause }) }
  return new ThreadExitedError(what, options)
}

function howItEnded(exitCode: number | undefined, cause: unknown, started: boolean): string {
  const how =
    exitCode === undefined ? 'ended without an exit code' : `ended with exit code ${exitCode}`
  if (cause instanceof Error) {
    return `${started ? `${how} before the call finished` : 'could not start'}: ${cause.name}: ${cause.message}`
  }
  if (!started) {
    return 'could not start, and the thread that waited for it could not be told why: see configure({ setup, execArgv, env }) and NODE_OPTIONS'
  }
  const remedy =
    exitCode === undefined
      ? 'It may have run out of memory: see configure({ resourceLimits })'
      : 'process.exit() in a bridged function ends its thread: throw an error instead'
  return `${how} before the call finished. ${remedy}`
}
