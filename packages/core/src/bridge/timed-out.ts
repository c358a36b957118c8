import type { Call } from '../call/call.js'
import { CallTimeoutError } from '../errors.js'

/** @param call Undefined where an executor of the user's has it, who knows more. */
export function timedOut(label: string, timeout: number, call?: Call): CallTimeoutError {
  const thread = call && threadOf(call)
  const [where, remedy] = call ? situation(call, thread) : ['', 'Give it more time']
  return new CallTimeoutError(
    `${label} did not finish within its timeout of ${timeout} ms, queueing included${where}. ${remedy}.`,
    { function: label, ...(thread !== undefined && { thread }) },
  )
}

function situation({ request, sentTo }: Call, thread: string | undefined): [string, string] {
  if (sentTo === undefined)
    return [
      ': it was waiting for a thread',
      'Give it more time, or more threads: configure({ pool, leased })',
    ]
  const remedy =
    request.mode === 'async'
      ? 'Give it more time, or let it stop by callSignal()'
      : "Give it more time, or have the thread of what runs on ended: onAbort: 'terminate'"
  const where = thread === undefined ? '' : `: it was with thread ${thread}`
  return [where, `Its result, if it comes, is dropped. ${remedy}`]
}

/** Not where it was sent to the root: that knows whom it has given it to. */
function threadOf({ sentTo, sentBy }: Call): string | undefined {
  return sentBy?.by === 'thread' || sentBy?.by === 'frame' ? sentTo : undefined
}
