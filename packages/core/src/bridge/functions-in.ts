/** So many values are looked at. A proxy can show any number of them. */
const MOST = 100_000

/** The functions in a value, at any depth: those that would cross as functions. No code of the user's is run for it but a proxy's. */
export function functionsIn(value: unknown): ReadonlySet<object> {
  const functions = new Set<object>()
  const seen = new Set<object>()
  const left: unknown[] = [value]
  try {
    while (left.length > 0) {
      const next = left.pop()
      if (typeof next === 'function') functions.add(next)
      if (typeof next !== 'object' || next === null || seen.has(next)) continue
      seen.add(next)
      for (const inside of valuesIn(next)) {
        if (seen.size + left.length > MOST) return functions
        if (typeof inside === 'function' || typeof inside === 'object') left.push(inside)
      }
    }
  } catch {
    // A proxy that does not want to be looked at.
  }
  return functions
}

function* valuesIn(object: object): Generator<unknown> {
  if (ArrayBuffer.isView(object)) return
  if (object instanceof Map) {
    for (const entry of object) yield* entry
  } else if (object instanceof Set || Array.isArray(object)) {
    yield* object
  } else {
    // Of a getter nothing: it would be code of the user's.
    for (const key of Object.keys(object)) yield Object.getOwnPropertyDescriptor(object, key)?.value
  }
}
