/**
 * The heart: a thread waits for its answer and meanwhile runs what its own call chain sends back to it.
 *
 * It runs the work of its own frame, and sleeps only when nothing is left (see Bell). It sleeps in slices: an answer that can
 * never come, because a thread died without a word, is found out between two of them.
 */
import type { Call } from '../call/call.js'
import type { Frame } from '../call/frame.js'
import type { Deadline } from '../cancellation/deadline.js'
import type { CallMessage } from '../protocol.js'
import { markBoundary } from '../registry/call-boundary.js'
import { afterwards } from './afterwards.js'
import { answerRefused } from './answer-refused.js'
import type { Runtime } from './runtime.js'

/** Longest sleep between two looks at the threads below, in ms: how late a silent death can be noticed. */
const SLICE = 100

/** Blocks until the call is settled. `onTimeout` must settle it. */
export function blockUntilSettled(
  runtime: Runtime,
  frame: Frame,
  call: Call,
  deadline: Deadline,
  onTimeout: () => void,
): void {
  const { bell, post, spin, look } = runtime
  while (!call.settlement) {
    // In each round: what was read in the last one may have sent calls on without waking anybody.
    runtime.flush()
    const remaining = deadline.remaining()
    if (remaining === 0) return onTimeout()
    if (!spin.until(look) && !bell.park(look, Math.min(SLICE, remaining)))
      for (const thread of post.threads) thread.checkAlive(true)
    runtime.drain()
    lookAround(runtime)
    // Before the answer is looked at: work that was queued when it arrived runs first, as in asgiref.
    while (frame.queue.length > 0 && mayServe(call, deadline)) {
      runtime.work.performOnFrame(frame)
      runtime.drain()
      // As in each round: there may be more in line for as long as the call takes.
      runtime.flush()
      lookAround(runtime)
    }
  }
}

markBoundary(blockUntilSettled)

/** What the event loop would see to, which stands still. */
function lookAround({ alarms, announcements, post }: Runtime): void {
  alarms.ringDue()
  // A thread marks its end and then rings; a silent death rings nobody. What is in line of a thread that has ended must not begin.
  if (post.hasDeaths()) for (const thread of post.threads) thread.checkAlive(false)
  // Before the answer is looked at: what happened on the way to it.
  announcements.publish()
}

/** Whether the code that is blocked waits on. Else what is left to do runs elsewhere. */
function mayServe({ settlement, givenUp }: Call, deadline: Deadline): boolean {
  if (settlement === undefined) return deadline.remaining() > 0
  return givenUp === undefined || !('failure' in settlement)
}

/** Takes the frame off the stack; what reached it too late is refused, and so finds its way outward. */
export function closeFrame(runtime: Runtime, frame: Frame): void {
  const late = runtime.frames.close(frame)
  if (late.length > 0) refuseAll(runtime, late)
  if (runtime.frames.depth === 0) runtime.attendance.unblocked()
}

function refuseAll(runtime: Runtime, late: readonly CallMessage[]): void {
  let refused = 0
  try {
    for (; refused < late.length; refused += 1) answerRefused(runtime, late[refused] as CallMessage)
  } catch {
    // Only the end of the stack comes here.
    afterwards.then(() => refuseAll(runtime, late.slice(refused)))
  }
}
