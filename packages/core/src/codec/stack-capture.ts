/** Making errors whose stack is somebody else's: capturing one of their own costs ten times as much as the rest of them. */
export function withoutCapture<T>(make: () => T): T {
  const limit = silence()
  try {
    return make()
  } finally {
    if (limit !== undefined) Error.stackTraceLimit = limit
  }
}

/** The limit to restore; undefined where it could not be changed, or there is none. */
function silence(): number | undefined {
  try {
    const limit: unknown = Error.stackTraceLimit
    if (typeof limit !== 'number') return undefined
    Error.stackTraceLimit = 0
    return limit
  } catch {
    // Under --frozen-intrinsics nothing can be assigned, and somebody may have put a getter there.
    return undefined
  }
}
