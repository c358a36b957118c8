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
  /** Whether it had taken any call. */
  readonly worked: boolean
}

/** @param more What else there is to say, a sentence. */
export function exited(label: string, death: Death, more = ''): ThreadExitedError {
  const { thread, role, exitCode, cause } = death
  const what = `${label}: the ${role} thread ${thread} ${howItEnded(death)}${more && `. ${more}`}`
  const options = { exitCode, function: label, thread, ...(cause !== undefined && { cause }) }
  return new ThreadExitedError(what, options)
}

/** Where nobody waited for the thread, nobody else would hear of the error that has ended it. */
export function warnOfUntold({ thread, role, cause }: Death): void {
  const told = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  process.emitWarning(
    `The ${role} thread ${thread} was ended by an error that no call waited for (a timer, a promise that nobody handled): ${told}`,
    {
      code: 'SYNCBRIDGE_THREAD_EXITED',
      ...(cause instanceof Error && cause.stack !== undefined && { detail: cause.stack }),
    },
  )
}

function howItEnded({ exitCode, cause, started, worked }: Death): string {
  const how =
    exitCode === undefined ? 'ended without an exit code' : `ended with exit code ${exitCode}`
  const when = worked ? 'before the call finished' : 'before it had taken a call'
  if (cause instanceof Error) {
    return `${started ? `${how} ${when}` : 'could not start'}: ${cause.name}: ${cause.message}`
  }
  if (!started) {
    return 'could not start, and the thread that waited for it could not be told why: see configure({ setup, execArgv, env }) and NODE_OPTIONS'
  }
  if (exitCode === undefined)
    return `${how} ${when}. It may have run out of memory: see configure({ resourceLimits })`
  return worked
    ? `${how} ${when}. process.exit() in a bridged function ends its thread: throw an error instead`
    : `${how} ${when}. What its setup modules have begun has ended it: see configure({ setup })`
}
