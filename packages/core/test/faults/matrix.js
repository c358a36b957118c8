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

/** Code that ends the thread by itself: with this code, and for this reason. */
function deadly(exitCode, cause) {
  const told = { exitCode, ...(cause && { cause }) }
  return {
    queued: { struck: dies(told), victim: ok(REPLACED), next, bystander, ran: [1] },
    running: { victim: dies(told), next, bystander },
    blocked: { victim: dies(told), again: next, next, bystander },
    nested: { victim: dies(told), next, bystander },
    starting: { victim: dies(told), again: dies(told), next },
    closing: { victim: ok(DEATH), next, bystander },
  }
}

/** What is left behind fails when the loop turns, and that is after the call has been answered. */
function belated(cause) {
  const told = { exitCode: 1, cause }
  return {
    ...deadly(1, cause),
    queued: { struck: ok(AT_ONCE), victim: ok(REPLACED), next, bystander, ran: [1] },
    running: { victim: ok(AT_ONCE), next, bystander },
    nested: { victim: ok(AT_ONCE), next, bystander },
    blocked: { victim: dies(told), again: next, next, bystander },
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
  closing: { victim: ok(300 + DEATH), next, bystander },
}

const NO_LOAD = no('nothing is loaded when a context closes')

export const matrix = {
  'process.exit': deadly(7),
  'uncaught exception': belated('RangeError: nobody caught this'),
  'unhandled rejection': belated('RangeError: nobody handled this'),
  'out of memory': deadly(undefined, 'out of memory'),
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
    closing: NO_LOAD,
  },
  abort: {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(ABORTED, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    blocked: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    // Its sync code is told at its next call; here it makes none, and gets on when it is let go.
    nested: { victim: ok(AT_ONCE * 2), next, bystander },
    starting: { victim: fails(ABORTED, AT_ONCE), next },
    closing: { victim: ok(AT_ONCE), next, bystander },
  },
  "abort, onAbort: 'terminate'": {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(ABORTED, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    blocked: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    nested: { victim: fails(ABORTED, AT_ONCE), next, bystander },
    starting: { victim: fails(ABORTED, AT_ONCE), next },
    closing: no('no call of its own runs when a context closes'),
  },
  timeout: {
    queued: { ahead: ok(AT_ONCE * 2), victim: fails(TIMED_OUT, AT_ONCE), next, bystander, ran: [] },
    running: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    blocked: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    nested: { victim: fails(TIMED_OUT, AT_ONCE), next, bystander },
    starting: { victim: fails(TIMED_OUT, AT_ONCE), next },
    closing: { victim: ok(AT_ONCE * 2), next, bystander },
  },
  shutdown: {
    queued: { ahead: fails(CLOSED, AT_ONCE), victim: fails(CLOSED, AT_ONCE), next, ran: [] },
    running: { victim: fails(CLOSED, AT_ONCE), next },
    blocked: { victim: fails(CLOSED, AT_ONCE), next },
    nested: { victim: fails(CLOSED, AT_ONCE), next },
    starting: { victim: fails(CLOSED, AT_ONCE), next },
    closing: { victim: ok(DEATH), next },
  },
  "parent's death": Object.fromEntries(
    ['queued', 'running', 'blocked', 'nested', 'starting', 'closing'].map((state) => [
      state,
      { victim: fails('gone', DEATH), next, bystander },
    ]),
  ),
}
