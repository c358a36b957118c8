/** Why a message could not be cloned, found out after the fact: it costs nothing while all is well. */
import { TransferError } from '../errors.js'
import type { WireChanges, WireLocals } from '../protocol.js'

/** Nothing was changed, or nobody can tell. */
export const NO_CHANGES: WireChanges = {
  locals: { keys: [], values: { value: [] }, deleted: [] },
  storages: [],
}

/** What went into a message, each under the name that its user knows it by: `args`, `result`. */
export type Suspects = ReadonlyArray<readonly [name: string, value: unknown]>

/** The error for the call, naming the path to the obstacle. */
export function explainCloneFailure(suspects: Suspects, cause: unknown, fn: string): TransferError {
  // Found on the way, before anything was cloned.
  if (cause instanceof TransferError) return cause
  const found = suspects
    .map(([name, value]) => findObstacle(value, name))
    .find((path) => path !== undefined)
  const path = found ?? suspects[0]?.[0] ?? 'value'
  return new TransferError(
    `${path} can't cross between threads (${cause instanceof Error ? cause.message : String(cause)}), in a call of ${fn}. ` +
      'Pass plain data, or what structured clone takes.',
    { cause, function: fn, path },
  )
}

/** What travels with a call beside its values. */
export function surroundings(
  { keys, values }: WireLocals,
  storages: ReadonlyArray<{
    readonly name: string
    readonly value?: unknown
    readonly whole?: unknown
  }>,
): Suspects {
  return [
    ...keys.map(
      (key, index) =>
        [`Local.${key.split('\n').at(-1)}`, (values.value as unknown[])[index]] as const,
    ),
    ...storages.map(
      ({ name, value, whole }) => [`carryStorage('${name}')`, value ?? whole] as const,
    ),
  ]
}

function findObstacle(value: unknown, path: string, depth = 0): string | undefined {
  try {
    structuredClone(value)
    return undefined
  } catch {
    if (typeof value !== 'object' || value === null || depth > 20) return path
  }
  for (const [step, child] of childrenOf(value)) {
    const found = findObstacle(child, path + step, depth + 1)
    if (found) return found
  }
  return path
}

function* childrenOf(value: object): Generator<[string, unknown]> {
  if (value instanceof Map) for (const [key, child] of value) yield [`.get(${String(key)})`, child]
  for (const key of Object.keys(value)) yield [stepTo(key, value), read(value, key)]
}

function stepTo(key: string, parent: object): string {
  if (Array.isArray(parent)) return `[${key}]`
  return /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** A getter that throws is an obstacle, and so is the symbol that stands for it. */
function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key)
  } catch {
    return Symbol('a getter that throws')
  }
}
