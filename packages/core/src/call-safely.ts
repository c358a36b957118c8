/**
 * Calls one of several listeners. As with an event, an error that one of them throws stops none of the others and is not lost: it
 * becomes an uncaught exception in the next tick.
 */
export function callSafely<A extends unknown[]>(listener: (...args: A) => void, ...args: A): void {
  try {
    listener(...args)
  } catch (error) {
    throwLater(error)
  }
}

export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
