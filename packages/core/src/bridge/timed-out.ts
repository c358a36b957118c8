import type { Call } from '../call/call.js'
import { CallTimeoutError } from '../errors.js'
import { type Runtime, runtime } from '../runtime/runtime.js'

/** Gives a call up whose time has passed. */
export function giveUpLate(here: Runtime, call: Call, timeout: number): void {
  const { label } = call
  const error = timedOut(label, timeout, call)
  here.outbox.abandon(call, error, true, undefined, () => neverBegan(call, timeout) ?? error)
}

/** @param call Undefined where an executor of the user's has it, who knows more. */
export function timedOut(label: string, timeout: number, call?: Call): CallTimeoutError {
  const thread = call && threadOf(call)
  const [where, remedy] = call ? situation(call, thread) : ['', 'Give it more time']
  return explained(label, timeout, thread, where, remedy)
}

function situation(call: Call, thread: string | undefined): [string, string] {
  if (call.sentTo === undefined)
    return [
      ': it was waiting for a thread',
      'Give it more time, or more threads: configure({ pool, leased })',
    ]
  const remedy =
    call.request.mode === 'async'
      ? 'Give it more time, or let it stop by callSignal()'
      : "Give it more time, or have the thread of what runs on ended: onAbort: 'terminate'"
  const where = thread === undefined ? '' : `: it was with thread ${thread}`
  return [where, `Its result, if it comes, is dropped. ${remedy}`]
}

/**
 * To be asked after the abort was posted. Before it begins a call, a thread first notes that, and then looks for an abort: what is not noted
 * by now finds the abort. Asked before, the call could still begin, although its caller was told that it will not.
 *
 * @returns undefined where the call has begun, or may have.
 */
function neverBegan(call: Call, timeout: number): CallTimeoutError | undefined {
  const { label, sentTo: thread } = call
  const stage = thread === undefined ? undefined : stageOf(call, thread)
  if (stage === 'in line')
    return explained(
      label,
      timeout,
      thread,
      `: it was in line for thread ${thread}, and will not run`,
      'Give it more time',
    )
  if (stage === 'loading')
    return explained(
      label,
      timeout,
      thread,
      `: its module was still being loaded by thread ${thread}, and it will not run`,
      'Give it more time, or have the module loaded before, by a call without a timeout',
    )
  return undefined
}

function explained(
  label: string,
  timeout: number,
  thread: string | undefined,
  where: string,
  remedy: string,
): CallTimeoutError {
  return new CallTimeoutError(
    `${label} did not finish within its timeout of ${timeout} ms, queueing included${where}. ${remedy}.`,
    { function: label, ...(thread !== undefined && { thread }) },
  )
}

/** How far it has come in the queue of a thread that was made here; of any other place nothing is known. */
function stageOf(call: Call, sentTo: string): 'in line' | 'loading' | undefined {
  const thread = runtime().post.thread(sentTo)
  if (!thread || call.holder !== thread) return undefined
  if (!thread.hasTaken(call)) return 'in line'
  if (!thread.isLoading(call.request.mode)) return undefined
  // A thread says that it loads, and not for whom: a call that is blocked may wait for another one's module, and so may a neighbour.
  const isForIt =
    call.request.mode === 'sync'
      ? thread.isRunning(call) && thread.innermostFrame === 0
      : thread.load === 1
  return isForIt ? 'loading' : undefined
}

/** Not where it was sent to the root: that knows whom it has given it to. */
function threadOf({ sentTo, sentBy }: Call): string | undefined {
  return sentBy?.by === 'thread' || sentBy?.by === 'frame' ? sentTo : undefined
}
