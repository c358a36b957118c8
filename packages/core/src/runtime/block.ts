/**
 * The heart: a thread waits for its answer and meanwhile runs what its own call chain sends back to it.
 *
 * It runs the work of its own frame, and sleeps only when nothing is left (see Bell). It sleeps in slices: an answer that can
 * never come, because a thread died without a word, is found out between two of them.
 */
import type { Call } from '../call/call.js'
import type { Frame } from '../call/frame.js'
import type { Deadline } from '../cancellation/deadline.js'
import { answerRefused } from './deliver.js'
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
  const { bell, post, spin, look, alarms } = runtime
  while (!call.settlement) {
    // In each round: what was read in the last one may have sent calls on without waking anybody.
    runtime.flush()
    const remaining = deadline.remaining()
    if (remaining === 0) return onTimeout()
    if (!spin.until(look) && !bell.park(look, Math.min(SLICE, remaining)))
      for (const thread of post.threads) thread.checkAlive(true)
    runtime.drain()
    // The event loop stands still, and with it its timers.
    alarms.ringDue()
    // A thread marks its end and then rings; a silent death rings nobody.
    if (post.hasDeaths()) for (const thread of post.threads) thread.checkAlive(false)
    // Before the answer is looked at: work that was queued when it arrived runs first, as in asgiref.
    while (frame.queue.length > 0) {
      const work = frame.queue.shift()
      if (work) runtime.work.performOnFrame(work, frame)
      runtime.drain()
    }
  }
}

/** Takes the frame off the stack; what reached it too late is refused, and so finds its way outward. */
export function closeFrame(runtime: Runtime, frame: Frame): void {
  for (const message of runtime.frames.close(frame)) answerRefused(runtime, message)
  if (runtime.frames.depth === 0) runtime.attendance.unblocked()
}
