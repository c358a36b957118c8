/**
 * What must come of each fault in each state: for everybody who waits, how he is answered and within how many ms of the fault.
 * A promise as it is meant for a machine with nothing else to do; who checks it may allow for less.
 */
import { START_TIMEOUT, TIMEOUT } from './faults.js'

const EXITED = 'SYNCBRIDGE_THREAD_EXITED'
const CLOSED = 'SYNCBRIDGE_CLOSED'
const TIMED_OUT = 'SYNCBRIDGE_CALL_TIMEOUT'
const UNKNOWN = 'SYNCBRIDGE_REGISTRATION'
const ABORTED = 'AbortError'

/** Released by nobody but the caller's own doing. */
const AT_ONCE = 100
/** A death is known within a second. */
const DEATH = 1000
/** A death, and a new thread for those who were not concerned. */
const REPLACED = 2000
/** So long may code run on after its caller's timeout, by default. */
const GRACE = 1000

const ok = (within) => ({ answer: 'ok', within })
const fails = (answer, within, more) => ({ answer, within, ...more })
const no = (reason) => ({ reason })

const next = ok(REPLACED)
const bystander = ok(REPLACED)
/** Code that ends its thread. */
const dies = (more) => fails(EXITED, DEATH, more)
const timesOut = fails(TIMED_OUT, TIMEOUT + AT_ONCE)
const afterGrace = ok(GRACE + REPLACED)

/** A's call of something that stays on its thread, and the same of B: whoever is answered has his own. */
const A = 1
const B = 2
const BYTES = 8
/** What a module notes when it has been loaded. */
const LOADED = 10
const hasA = (end) => ({ ...end, value: A })
const hasB = (end) => ({ ...end, value: B })
const either = (end) => ({ ...end, answer: ['ok', end.answer].flat() })
/** What was moved is gone with its thread, or was not yet on its way. */
const moved = (end) => ({ ...either(end), value: BYTES })

/** What stands in line when its thread ends: what is bound to that thread ends with it, and B's begins anew. */
function boundInLine({ struck, death, other }) {
  return {
    'handle in line': { struck, victim: death, other: hasB(other), next, bystander, ran: [B] },
    'step in line': { struck, victim: death, other: hasB(other), next, bystander, ran: [A, B] },
    'moved in line': { struck, victim: moved(death), next, bystander },
  }
}

/** The caller gives up what stands in line behind a call that goes on: it never runs. */
function givenUpInLine(victim) {
  return {
    // Its whole context is given up, and the call ahead with it.
    'handle in line': { victim: { ...victim, isContexts: true }, next, bystander, ran: [] },
    'step in line': { victim, next, bystander, ran: [A] },
    'moved in line': { victim, next, bystander, ran: [] },
  }
}

/** The call ahead goes wrong, and nobody's thread ends: those in line have their answers. */
function brokenInLine(victim, more) {
  return {
    struck: fails(UNKNOWN, DEATH, { cause: 'SyntaxError' }),
    victim: { ...ok(DEATH), ...victim },
    ...more,
    next,
    bystander,
  }
}

/** The caller gives up a call whose module is being imported: it never runs, and the import goes on for those who come after it. */
function givenUpLoading(victim) {
  return { victim, again: next, next, bystander, ran: [LOADED, 2], isSame: true }
}

/** A shutdown, whatever becomes of an exit function. */
const allGone = (within) => ({ victim: ok(within), left: { answer: '0 threads', within }, next })

/** Code that ends the thread by itself: with this code, and for this reason. */
function deadly(exitCode, cause) {
  const told = { exitCode, ...(cause && { cause }) }
  return {
    queued: { struck: dies(told), victim: ok(REPLACED), next, bystander, ran: [1] },
    running: { victim: dies(told), next, bystander },
    blocked: { victim: dies(told), again: next, next, bystander },
    nested: { victim: dies(told), next, bystander },
    starting: { victim: dies(told), again: dies(told), next },
    loading: { victim: dies(told), again: next, next, bystander, ran: [2] },
    ...boundInLine({ struck: dies(told), death: dies(told), other: ok(REPLACED) }),
    closing: { victim: ok(DEATH), next, bystander },
    'loop starting': { victim: dies(told), again: dies(told), next },
    'listener running': { victim: dies(told), next, bystander },
    'exit hook running': allGone(DEATH),
  }
}

/** What is left behind fails when the loop turns, and that is after the call has been answered. */
function belated(cause) {
  const told = { exitCode: 1, cause }
  return {
    ...deadly(1, cause),
    queued: { struck: ok(AT_ONCE), victim: ok(REPLACED), next, bystander, ran: [1] },
    running: { victim: ok(AT_ONCE), next, bystander },
    'listener running': { victim: ok(AT_ONCE), next, bystander },
    nested: { victim: ok(AT_ONCE), next, bystander },
    blocked: { victim: dies(told), again: next, next, bystander },
    // Those in line may be served before the loop turns, and B's may come too late for its thread.
    'handle in line': {
      struck: ok(AT_ONCE),
      victim: hasA(either(dies(told))),
      other: hasB(either(fails([EXITED, CLOSED], DEATH))),
      next,
      bystander,
    },
    'step in line': {
      struck: ok(AT_ONCE),
      victim: hasA(either(dies(told))),
      other: hasB(either(fails([EXITED, CLOSED], DEATH))),
      next,
      bystander,
    },
    'moved in line': { struck: ok(AT_ONCE), victim: moved(dies(told)), next, bystander },
  }
}

const stuck = {
  queued: { struck: timesOut, victim: afterGrace, next, bystander, ran: [1] },
  running: { victim: timesOut, next: afterGrace, bystander },
  blocked: { victim: timesOut, again: afterGrace, next, bystander },
  // The inner call times out; the outer one is told when the thread is ended that both of them had.
  nested: { victim: fails(EXITED, TIMEOUT + GRACE + DEATH, { cause: 'stuck' }), next, bystander },
  starting: {
    victim: timesOut,
    again: timesOut,
    // Sent to the thread that can't start, it is told so; or it came when the replacement was up.
    next: fails(['ok', EXITED], START_TIMEOUT + REPLACED),
  },
  // A thread that loads is ended when it has taken longer than a thread may to start, and never for a call that was given up.
  loading: {
    victim: timesOut,
    again: ok(START_TIMEOUT + REPLACED),
    next,
    bystander,
    ran: [2],
  },
  ...boundInLine({
    struck: timesOut,
    death: fails(EXITED, TIMEOUT + GRACE + DEATH),
    other: afterGrace,
  }),
  closing: { victim: ok(300 + DEATH), next, bystander },
  'loop starting': {
    victim: timesOut,
    again: timesOut,
    // Sent to the thread that can't start, it is told so; or it came when the replacement was up.
    next: fails(['ok', EXITED], START_TIMEOUT + REPLACED),
  },
  'listener running': { victim: timesOut, next: afterGrace, bystander },
  // A second is what exit functions have at least.
  'exit hook running': allGone(1000 + DEATH),
}

const AS_RUNNING = no('the column `running` has it: what runs there is the load')
const NO_CALL = no('a thread that leaves has no call')
const BLOCKED = no(
  'a main thread that is blocked until its loop has come up can neither abort nor shut down',
)
const NO_LOAD = no('nothing is loaded when a context closes')

/** Whatever befalls every thread befalls that one. */
const withoutBystander = (row) =>
  Object.fromEntries(
    Object.entries(row).map(([state, { bystander: _, ...expected }]) => [state, expected]),
  )

const STATES = [
  'queued',
  'running',
  'blocked',
  'nested',
  'starting',
  'loading',
  'handle in line',
  'step in line',
  'moved in line',
  'closing',
  'loop starting',
  'listener running',
  'exit hook running',
]

export const matrix = {
  'process.exit': deadly(7),
  'uncaught exception': belated('RangeError: nobody caught this'),
  'unhandled rejection': belated('RangeError: nobody handled this'),
  'out of memory': {
    ...deadly(undefined, 'out of memory'),
    // Node tells of that by an event, which a blocked thread does not get.
    'loop starting': {
      victim: dies({ cause: 'could not be told why' }),
      again: dies({ cause: 'could not be told why' }),
      next,
    },
  },
  'endless loop': stuck,
  'blocked in Atomics.wait': stuck,
  'syntax error at load': {
    queued: {
      struck: fails(UNKNOWN, DEATH, { cause: 'SyntaxError' }),
      victim: ok(DEATH),
      next,
      bystander,
      ran: [1],
    },
    running: { victim: fails(UNKNOWN, DEATH, { cause: 'SyntaxError' }), next, bystander },
    blocked: {
      victim: fails(UNKNOWN, DEATH, { cause: 'SyntaxError' }),
      again: next,
      next,
      bystander,
    },
    nested: { victim: fails(UNKNOWN, DEATH, { cause: 'SyntaxError' }), next, bystander },
    starting: {
      victim: dies({ cause: 'SyntaxError' }),
      again: dies({ cause: 'SyntaxError' }),
      next,
    },
    loading: AS_RUNNING,
    'handle in line': brokenInLine({ value: A }, { other: hasB(ok(DEATH)), ran: [A, B] }),
    'step in line': brokenInLine({ value: A }, { other: hasB(ok(DEATH)) }),
    'moved in line': brokenInLine({ value: BYTES }),
    closing: NO_LOAD,
    'loop starting': {
      victim: dies({ cause: 'SyntaxError' }),
      again: dies({ cause: 'SyntaxError' }),
      next,
    },
    // What a listener throws is an uncaught exception, once the code that it was called in has returned.
    'listener running': { victim: ok(DEATH), next, bystander },
    'exit hook running': allGone(DEATH),
  },
  abort: {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(ABORTED, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    blocked: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    // Its sync code is told at its next call; here it makes none, and gets on when it is let go.
    nested: { victim: ok(AT_ONCE * 2), next, bystander },
    starting: { victim: fails(ABORTED, AT_ONCE), next, ran: [], isSame: true },
    loading: givenUpLoading(fails(ABORTED, AT_ONCE)),
    ...givenUpInLine(fails(ABORTED, AT_ONCE)),
    closing: { victim: ok(AT_ONCE), next, bystander },
    'loop starting': BLOCKED,
    'listener running': { victim: fails(ABORTED, AT_ONCE), next, bystander },
    'exit hook running': NO_CALL,
  },
  "abort, onAbort: 'terminate'": {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(ABORTED, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    blocked: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    nested: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    starting: { victim: fails(ABORTED, AT_ONCE), next, ran: [] },
    // Whether the thread is ended with it or not.
    loading: { victim: fails(ABORTED, AT_ONCE), again: next, next, bystander, neverRan: 1 },
    ...givenUpInLine(fails(ABORTED, AT_ONCE)),
    closing: no('no call of its own runs when a context closes'),
    'loop starting': BLOCKED,
    'listener running': { victim: fails(ABORTED, AT_ONCE), next, bystander },
    'exit hook running': NO_CALL,
  },
  timeout: {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(TIMED_OUT, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    blocked: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    nested: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    starting: { victim: fails(TIMED_OUT, AT_ONCE), next, ran: [], isSame: true },
    loading: givenUpLoading(fails(TIMED_OUT, AT_ONCE)),
    ...givenUpInLine(fails(TIMED_OUT, AT_ONCE)),
    closing: { victim: ok(AT_ONCE * 2), next, bystander },
    'loop starting': { victim: fails(TIMED_OUT, TIMEOUT + AT_ONCE), next, ran: [2] },
    'listener running': { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    'exit hook running': NO_CALL,
  },
  shutdown: {
    queued: { ahead: fails(CLOSED, AT_ONCE), victim: fails(CLOSED, AT_ONCE), next, ran: [] },
    running: { victim: fails(CLOSED, AT_ONCE), next },
    blocked: { victim: fails(CLOSED, AT_ONCE), next },
    nested: { victim: fails(CLOSED, AT_ONCE), next },
    starting: { victim: fails(CLOSED, AT_ONCE), next, ran: [] },
    loading: { victim: fails(CLOSED, AT_ONCE), again: next, next, ran: [2] },
    ...withoutBystander(givenUpInLine(fails(CLOSED, AT_ONCE))),
    closing: { victim: ok(DEATH), next },
    'loop starting': BLOCKED,
    'listener running': { victim: fails(CLOSED, AT_ONCE), next },
    // Both shutdowns wait for it: the second one for the second that exit functions have at least.
    'exit hook running': { victim: ok(1000 + DEATH), next },
  },
  "parent's death": Object.fromEntries(
    STATES.map((state) => [state, { victim: fails('gone', DEATH), next, bystander }]),
  ),
}
