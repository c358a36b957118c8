/** What a maker does about modules that a thread of its loads: it ends the thread where they do not come in time. See `loads.ts`. */
import type { Alarms } from '../cancellation/alarms.js'
import { SyncBridgeError } from '../errors.js'
import type { LoadNotice } from '../protocol.js'
import type { Thread } from '../thread/thread.js'

/** The threads whose turn is expected, and what the last of their asynchronous calls waits for: one expectation for all of these. */
const expected = new WeakMap<Thread, LoadNotice>()

/** A call of the thread waits for a module. */
export function limitLoad(alarms: Alarms, thread: Thread, load: LoadNotice): void {
  const { number, left } = load
  if (number === 0) {
    const isExpected = expected.has(thread)
    expected.set(thread, load)
    return isExpected ? undefined : expectTurn(alarms, thread, load)
  }
  const look = () => {
    if (thread.awaitsLoad(number)) end(thread, load)
  }
  whileThere(alarms, thread, left, look)
}

/** Its event loop must turn before the time is over: else nobody there can tell that the module does not come. */
function expectTurn(alarms: Alarms, thread: Thread, load: LoadNotice): void {
  const question = thread.ask()
  const look = () => {
    const last = expected.get(thread) ?? load
    const isOver = thread.state !== 'ready' || !thread.isLoading('async')
    if (!isOver && thread.hasAnswered(question)) return expectTurn(alarms, thread, last)
    expected.delete(thread)
    if (!isOver) end(thread, last)
  }
  whileThere(alarms, thread, load.limit, look)
}

/** An alarm that ends with the thread: it would keep all of that in memory. */
function whileThere(alarms: Alarms, thread: Thread, ms: number, look: () => void): void {
  const stop = alarms.after(
    ms,
    () => {
      stopListening()
      look()
    },
    false,
  )
  const stopListening = thread.whenGone(stop)
}

function end(thread: Thread, { module, limit }: LoadNotice): void {
  const why = `it had not loaded ${module} within ${limit} ms (configure({ startTimeout }))`
  thread.end(new SyncBridgeError(why, { thread: thread.address }))
}
