/** How many frames an error captures: none where its stack is somebody else's, more than usual where this library's come first. */

/**
 * So many of this library's own frames lie between where a stack is captured and the code that made the call. They are dropped when
 * it is printed, and must not take the place of the caller's.
 */
const OWN_FRAMES = 10

const isJavaScriptCore = process.versions.bun !== undefined

/** Capturing a stack costs ten times as much as the rest of an error. */
export function withoutCapture<T>(make: () => T): T {
  return withLimit(() => 0, make)
}

/** For a stack from which this library's frames will be dropped. One who wants none gets none. */
export function captureBeyondOwn<T>(make: () => T): T {
  return withLimit((limit) => (limit > 0 ? limit + OWN_FRAMES : limit), make)
}

/**
 * Where an awaited call was made, for engines that can't tell later: JavaScriptCore follows awaits only where each is of an async
 * function. V8 does so through any promise, and there nothing is captured: it costs as much as a tenth of a call.
 */
export function captureAtCall(): Error | undefined {
  return isJavaScriptCore ? captureBeyondOwn(() => new Error()) : undefined
}

function withLimit<T>(change: (limit: number) => number, make: () => T): T {
  const limit = changeLimit(change)
  try {
    return make()
  } finally {
    if (limit !== undefined) Error.stackTraceLimit = limit
  }
}

/** The limit to restore; undefined where it could not be changed, or there is none. */
function changeLimit(change: (limit: number) => number): number | undefined {
  try {
    const limit: unknown = Error.stackTraceLimit
    if (typeof limit !== 'number') return undefined
    Error.stackTraceLimit = change(limit)
    return limit
  } catch {
    // Under --frozen-intrinsics nothing can be assigned, and somebody may have put a getter there.
    return undefined
  }
}
