/** Why a message could not be cloned, found out after the fact: it costs nothing while all is well. */
import * as types from 'node:util/types'
import { TransferError } from '../errors.js'
import { printThrown } from '../print-thrown.js'
import type { WireChanges, WireLocals, WireStorage } from '../protocol.js'
import { isOfNode, isScalar, kindOf } from './kind-of.js'
import { withoutStart } from './plain-text.js'
import { eachSteady, printStep, printSteps } from './read-once.js'
import { isShortStack } from './stack-ends.js'

/** Nothing was changed, or nobody can tell. */
export const NO_CHANGES: WireChanges = {
  locals: { keys: [], values: { value: [] }, deleted: [] },
  storages: [],
}

/** What went into a message, each under the name that its user knows it by: `args`, `result`. */
export type Suspects = ReadonlyArray<readonly [name: string, value: unknown]>

/**
 * The error for the call, naming the path to the obstacle. It can't fail itself: it is told after values of the user's have, and these may
 * do so again.
 *
 * @param moved What the message was to move: it can't be cloned, and is no obstacle.
 */
export function explainCloneFailure(
  suspects: Suspects,
  cause: unknown,
  fn: string,
  moved: readonly unknown[] = [],
): TransferError {
  // Found on the way, before anything was cloned.
  if (isTransferError(cause)) return cause
  const obstacle = findObstacle(suspects, moved)
  const path = obstacle ? pathOf(obstacle) : (suspects[0]?.[0] ?? 'value')
  const reason = isShortStack(cause)
    ? `there is too little stack left to copy it: ${cause.message}`
    : (movable(obstacle?.value) ?? withoutStart(printThrown(cause), 'DataCloneError: '))
  return new TransferError(
    `${path} can't cross between threads (${reason}), in a call of ${fn}. Pass plain data, or what structured clone takes.`,
    { cause, function: fn, path },
  )
}

/** Anything can be thrown, also what throws when its class is asked for. */
export function isTransferError(error: unknown): error is TransferError {
  try {
    return types.isNativeError(error) && error instanceof TransferError
  } catch {
    return false
  }
}

/** What travels with a call beside its values. */
export function surroundings(
  { keys, values }: WireLocals,
  storages: ReadonlyArray<Pick<WireStorage, 'name' | 'values'>>,
): Suspects {
  return [
    ...keys.map(
      (key, index) =>
        [`Local.${key.split('\n').at(-1)}`, (values.value as unknown[])[index]] as const,
    ),
    ...storages.map(({ name, values: store }) => [`carryStorage('${name}')`, store.value] as const),
  ]
}

/** A value, and where it stands. */
interface Place {
  readonly value: unknown
  readonly step: string
  readonly above: Place | undefined
}

/** Without recursion, and not for ever: a getter may give something new each time. */
const MOST_PLACES = 100_000

function findObstacle(suspects: Suspects, moved: readonly unknown[]): Place | undefined {
  const seen = new Set<unknown>(moved)
  const open: Place[] = suspects
    .map(([step, value]) => ({ value, step, above: undefined }))
    .reverse()
  try {
    for (let place = open.pop(); place; place = open.pop()) {
      const { value } = place
      if (isScalar(value) || seen.has(value)) continue
      seen.add(value)
      if (seen.size > MOST_PLACES) return undefined
      const children = childrenOf(place)
      if (children ? children.some(isThrown) : !isCloneable(value))
        return children?.find(isThrown) ?? place
      // Of a class of Node's or the language's, which shows nothing.
      if (children?.length === 0 && !isCloneable(value)) return place
      if (children) open.push(...children.reverse())
    }
  } catch {
    // Whatever was asked of it threw, or the stack ends here: then without a path.
  }
  return undefined
}

/** Something of Node's that moves, and that nobody has moved. */
function movable(value: unknown): string | undefined {
  try {
    if (typeof value !== 'object' || value === null || !isOfNode(value)) return undefined
    const name: unknown = value.constructor.name
    const open = name === 'FileHandle' ? 'pass its path, and open the file there, or ' : ''
    return `${String(name)}: it is moved, and not copied: ${open}give it by transfer(value, [value])`
  } catch {
    return undefined
  }
}

/** What stands for what a getter threw. */
const THROWN = Symbol('thrown')

function isThrown({ value }: Place): boolean {
  return value === THROWN
}

/** @returns undefined where it holds nothing, or nobody can tell. */
function childrenOf(place: Place): Place[] | undefined {
  const holder = place.value
  if (typeof holder !== 'object' || holder === null) return undefined
  if (types.isProxy(holder)) return undefined
  const kind = kindOf(holder, () => undefined)
  // What is of Node's is named as a whole: its own members say nothing to its user.
  const holds =
    kind.is === 'plain' || kind.is === 'fields' || kind.is === 'map' || kind.is === 'set'
  if (!holds) return undefined
  const children: Place[] = []
  const add = (key: PropertyKey, value: unknown) =>
    void children.push({ value, step: printStep(key, holder), above: place })
  if (eachSteady(holder, add, true)) return children
  children.length = 0
  for (const key of Object.keys(holder)) add(key, read(holder, key))
  return children
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

function pathOf(place: Place): string {
  const steps: string[] = []
  for (let at: Place | undefined = place; at; at = at.above) steps.push(at.step)
  return printSteps(steps.reverse())
}

/** A getter that throws is an obstacle, and so is the symbol that stands for it. */
function read(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key)
  } catch {
    return THROWN
  }
}
