/** How a thread ended, and what those are told who waited for it. */
import type { Call } from '../call/call.js'
import { LOST_WITH_IT } from '../call/pending-calls.js'
import { ThreadExitedError } from '../errors.js'
import { printThrown } from '../print-thrown.js'
import type { ThreadAddress } from '../protocol.js'

/** Of a function or an iterator that crossed. */
const ENDS_WITH_IT =
  'A function or an iterator that came from a thread ends with that thread: get it from another'

export interface Death {
  readonly thread: ThreadAddress
  readonly role: string
  readonly exitCode: number | undefined
  readonly cause: unknown
  /** Whether it had come up at all. */
  readonly started: boolean
  /** Whether it had taken any call. */
  readonly worked: boolean
  /** Whether it was loading the module of a call. */
  readonly loading: boolean
}

/** @param more What else there is to say, a sentence. */
export function exited(label: string, death: Death, more = ''): ThreadExitedError {
  const { thread, role, exitCode, cause } = death
  const what = `${label}: the ${role} thread ${thread} ${howItEnded(death)}${more && `. ${more}`}`
  const options = { exitCode, function: label, thread, ...(cause !== undefined && { cause }) }
  return new ThreadExitedError(what, options)
}

/**
 * Of a call, and of what it has lost with its thread.
 * @param started Whether its function may have begun.
 */
export function exitedUnder(
  { label, request, movedTo }: Call,
  death: Death,
  started: boolean,
): ThreadExitedError {
  if (request.ref.kind === 'handle') return exited(label, death, ENDS_WITH_IT)
  if (movedTo === undefined) return exited(label, death)
  return exited(label, death, started ? 'What was moved to it (transfer) is lost' : LOST_WITH_IT)
}

/** Where nobody waited for the thread, nobody else would hear of the error that has ended it. */
export function warnOfUntold({ thread, role, cause }: Death): void {
  const told = printThrown(cause)
  process.emitWarning(
    `The ${role} thread ${thread} was ended by an error that no call waited for (a timer, a promise that nobody handled): ${told}`,
    {
      code: 'SYNCBRIDGE_THREAD_EXITED',
      ...(cause instanceof Error && cause.stack !== undefined && { detail: cause.stack }),
    },
  )
}

function howItEnded({ exitCode, cause, started, worked, loading }: Death): string {
  const how =
    exitCode === undefined ? 'ended without an exit code' : `ended with exit code ${exitCode}`
  const when = loading
    ? 'while it loaded the module of a call'
    : worked
      ? 'before the call finished'
      : 'before it had taken a call'
  if (cause instanceof Error) {
    return `${started ? `${how} ${when}` : 'could not start'}: ${printThrown(cause)}`
  }
  if (!started) {
    const what = exitCode === undefined ? '' : `: it ended with exit code ${exitCode}`
    return (
      `could not start${what}, and the thread that waited for it could not be told why: see configure({ setup, execArgv, env }) and ` +
      'NODE_OPTIONS, and whether a module that these load calls process.exit()'
    )
  }
  if (exitCode === undefined)
    return `${how} ${when}. It may have run out of memory: see configure({ resourceLimits })`
  if (loading)
    return `${how} ${when}: code at the top level of that module, or of one that it imports, has ended it`
  return worked
    ? `${how} ${when}. Code that ran there called process.exit(), the function itself or a module that was loaded for it, which ends the thread: throw an error instead`
    : `${how} ${when}. What its setup modules have begun has ended it: see configure({ setup })`
}
