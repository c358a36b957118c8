/**
 * How a step of a tree ended, as two whole numbers, which fit a log in shared memory: of which kind, and which one. The
 * model says it, and what really happened is brought into the same form; neither knows of the other.
 */
export const KINDS = [
  'ok',
  'TreeError',
  'TypeError',
  'BlockedLoopError',
  'SyncBridgeError',
  'AbortError',
  'text',
  'object',
  'unexpected',
]

export const OK = KINDS.indexOf('ok')

/** @returns {{ kind: number, number: number }} */
export const ok = (number) => ({ kind: OK, number })
export const failure = (kind, number = 0) => ({ kind: KINDS.indexOf(kind), number })

/** The value of a block of steps depends on how each of them ended, and on their order. */
export const mix = (sum, { kind, number }) => (Math.imul(sum, 31) + kind * 7 + number) | 0

export const printOutcome = ({ kind, number }) => `${KINDS[kind] ?? kind} ${number}`
