/**
 * What was given in place of what is wanted, with its type: a text and a number look alike. Of an object not its own text, which would be
 * code of the user's.
 */
export function printGiven(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' || typeof value === 'function'
    ? `a value of type ${typeof value}`
    : `${typeof value} ${String(value)}`
}

/** @throws TypeError where an option that is true or false is something else. */
export function assertBoolean(value: unknown, owner: string, option: string): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new TypeError(`${owner}: ${option} must be true or false, got ${printGiven(value)}`)
}
