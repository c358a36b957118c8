/** The longest time that Node's timers know, in ms; anything above fires at once. */
const LONGEST = 2 ** 31 - 1

/**
 * Calls `fn` once after so many ms, however many: Infinity is never.
 * @param keepsAlive Whether waiting keeps the process alive. Default true.
 * @returns a function that calls it off.
 */
export function after(ms: number, fn: () => void, keepsAlive = true): () => void {
  if (ms === Number.POSITIVE_INFINITY) return () => undefined
  let timer: NodeJS.Timeout
  const wait = (left: number) => {
    timer = setTimeout(
      () => (left > LONGEST ? wait(left - LONGEST) : fn()),
      Math.min(left, LONGEST),
    )
    if (!keepsAlive) timer.unref()
  }
  wait(ms)
  return () => clearTimeout(timer)
}

/** Resolves with the promise, or with undefined after so many ms. */
export async function orAfter<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let stop = () => undefined as unknown
  const expired = new Promise<undefined>((resolve) => {
    stop = after(ms, () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    stop()
  }
}
