import { printGiven } from './print-given.js'

/**
 * Whether it can be listened to as an `AbortSignal`. Told by what it has and not by its class: a test runner or another realm has a class
 * of its own.
 */
function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function'
  )
}

/** Why it has aborted. A class of signals that is older than reasons has none. */
export function reasonOf({ reason }: AbortSignal): unknown {
  return reason === undefined
    ? new DOMException('This operation was aborted', 'AbortError')
    : reason
}

/** @throws the reason where it has aborted. Not by its own method, which an older class of signals has not. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal)
}

/** @throws TypeError where something is given that is no `AbortSignal`. */
export function assertSignal(signal: unknown, owner: string): void {
  if (signal === undefined || isAbortSignal(signal)) return
  throw new TypeError(`${owner}: signal must be an AbortSignal, got ${printGiven(signal)}`)
}
