/** What a maker does about modules that a thread of its loads: it ends the thread where they do not come in time. See `loads.ts`. */
import type { Alarms } from '../cancellation/alarms.js'
import { SyncBridgeError } from '../errors.js'
import type { LoadNotice } from '../protocol.js'
import type { Thread } from '../thread/thread.js'

/** The threads whose turn is expected, and what the last of their asynchronous calls waits for: one expectation for all of these. */
const expected = new WeakMap<Thread, LoadNotice>()

/**
 * Most modules are there so many ms later, and then no alarm is left of them: as long as one is set, whoever blocks this thread reads the
 * clock at each call.
 */
const FIRST_LOOK = 100

/** A call of the thread waits for a module. */
export function limitLoad(alarms: Alarms, thread: Thread, load: LoadNotice): void {
  const { number, left } = load
  if (number > 0) {
    limitWhile({ alarms, thread, ms: left, awaits: () => thread.awaitsLoad(number) }, () =>
      end(thread, load),
    )
    return
  }
  const isExpected = expected.has(thread)
  expected.set(thread, load)
  if (!isExpected) expectTurn(alarms, thread, load.limit)
}

/** Its event loop must turn before the time is over: else nobody there can tell that the module does not come. */
function expectTurn(alarms: Alarms, thread: Thread, ms: number): void {
  const question = thread.ask()
  const awaits = () => {
    if (thread.state === 'ready' && thread.isLoading('async')) return true
    expected.delete(thread)
    return false
  }
  limitWhile({ alarms, thread, ms, awaits }, () => {
    const load = expected.get(thread) as LoadNotice
    if (thread.hasAnswered(question)) return expectTurn(alarms, thread, load.limit)
    expected.delete(thread)
    end(thread, load)
  })
}

interface Limit {
  readonly alarms: Alarms
  readonly thread: Thread
  readonly ms: number
  /** Whether the thread still waits for it. */
  awaits(): boolean
}

/** Looks twice: once early, and when the time is over. */
function limitWhile({ alarms, thread, ms, awaits }: Limit, onOver: () => void): void {
  const first = Math.min(FIRST_LOOK, ms)
  whileThere(alarms, thread, first, () => {
    if (!awaits()) return
    whileThere(alarms, thread, ms - first, () => {
      if (awaits()) onOver()
    })
  })
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
