/**
 * Goes through all that a list of values holds, without recursion, since data may be nested deeper than a stack is. First for a
 * quick answer, whether structured clone may have the values as they are; then, where it may not, for which holders must be copied.
 *
 * The quick look runs no code of the user's: it asks for descriptors, and stops at the first getter or proxy. The plan runs each of
 * them once and keeps what it gave, so that the copies hold what was looked at, and nobody's code runs a second time.
 */
import * as types from 'node:util/types'
import { TransferError } from '../errors.js'
import { printThrown } from '../print-thrown.js'
import type { Kind } from './kind-of.js'
import { eachSteady, hasAccessors, isHollow, printStep, printSteps, readOnce } from './read-once.js'
import { bufferOf, byteLengthOf } from './views.js'

/**
 * So many bytes at most are copied in one message: a copy needs twice as many again while it is on its way, and what is larger
 * would end the process instead of the call.
 */
const MOST_BYTES = 512 * 2 ** 20
/**
 * Structured clone recurses, on the reader's stack, and takes some 600 bytes of it a level: a main thread's ends after 1,600. Deeper
 * values are taken apart (`replace.ts`), so that the depth of what is cloned never depends on the value.
 */
const MOST_NESTED = 200
/** A getter may give a new object each time, without an end. */
export const MOST_LEVELS = 100_000

export interface Surveyed {
  kindOf(value: unknown): Kind
  /** Bytes that are moved are not copied. */
  isMoved(buffer: ArrayBufferLike): boolean
}

/** Objects that are still to be looked at, in the order in which structured clone comes to them, and how deep each one is nested. */
class Agenda {
  readonly #holders: object[] = []
  readonly #levels: number[] = []
  readonly #seen = new Set<object>()
  level = 0

  constructor(first: object) {
    this.add(first)
  }

  add(holder: object): void {
    this.#holders.push(holder)
    this.#levels.push(this.level + 1)
  }

  /** The next that was not seen before. What was added since the last one comes first, as it was added. */
  next(): object | undefined {
    for (let holder = this.#holders.pop(); holder; holder = this.#holders.pop()) {
      this.level = this.#levels.pop() as number
      if (this.#seen.has(holder)) continue
      this.#seen.add(holder)
      return holder
    }
    return undefined
  }

  get mark(): number {
    return this.#holders.length
  }

  /** The last one added would be the first to come. */
  reverseFrom(mark: number): void {
    const holders = this.#holders
    for (let low = mark, high = holders.length - 1; low < high; low += 1, high -= 1) {
      const holder = holders[low] as object
      holders[low] = holders[high] as object
      holders[high] = holder
    }
  }
}

/** Counts what is copied, each memory once. @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much. */
class Weight {
  readonly #buffers = new Set<ArrayBufferLike>()
  readonly #isMoved: Surveyed['isMoved']
  #bytes = 0

  constructor(isMoved: Surveyed['isMoved']) {
    this.#isMoved = isMoved
  }

  count(bytes: number): void {
    this.#bytes += bytes
    assertCopyable(this.#bytes)
  }

  countMemory(value: object): void {
    const buffer = ArrayBuffer.isView(value) ? bufferOf(value) : value
    if (!types.isArrayBuffer(buffer) || this.#buffers.has(buffer) || this.#isMoved(buffer)) return
    this.#buffers.add(buffer)
    this.count(byteLengthOf(buffer))
  }
}

/**
 * Whether structured clone can't have the values as they are: something must be replaced, they are nested too deep, or reading them
 * runs code of the user's.
 *
 * @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much to copy.
 */
export function mustReplace(values: readonly unknown[], { kindOf, isMoved }: Surveyed): boolean {
  const agenda = new Agenda(values)
  const weight = new Weight(isMoved)
  let isFound = false
  const visit = (_key: PropertyKey, value: unknown) => {
    if (typeof value === 'string') return weight.count(value.length)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      isFound ||= typeof value === 'symbol'
      return
    }
    const kind = kindOf(value)
    if (holdsOthers(kind)) agenda.add(value)
    else if (kind.is === 'leaf') weight.countMemory(value)
    else isFound = true
  }
  for (let holder = agenda.next(); holder; holder = agenda.next()) {
    if (agenda.level > MOST_NESTED || types.isProxy(holder)) return true
    if (Array.isArray(holder) && !isHollow(holder)) weight.count(holder.length * 8)
    const mark = agenda.mark
    if (!eachSteady(holder, visit) || isFound) return true
    agenda.reverseFrom(mark)
  }
  return false
}

/** What must be copied, what getters and proxies gave, and the way to each value, for people. */
export interface Plan {
  readonly marked: ReadonlySet<object>
  /** What was read once and for all: of these holders nothing must be read again. */
  readonly read: ReadonlyMap<object, ReadonlyArray<readonly [key: PropertyKey, value: unknown]>>
  /** Nested so deep that every holder is copied, and stands for itself. */
  readonly isDeep: boolean
  pathTo(holder: object, key: PropertyKey): string
}

/** @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much to copy, nested too deep, or can't be read. */
export function planReplacing(
  values: readonly unknown[],
  { kindOf, isMoved }: Surveyed,
  nameOf: (index: number) => string,
): Plan {
  const agenda = new Agenda(values)
  const weight = new Weight(isMoved)
  const parents = new Map<object, object[]>([[values, []]])
  const ways = new Map<object, readonly [holder: object, key: PropertyKey]>()
  const read = new Map<object, Array<readonly [PropertyKey, unknown]>>()
  const found: object[] = []
  let isDeep = false
  const pathTo = (holder: object, key: PropertyKey): string => {
    const steps: string[] = []
    let at: object = holder
    let step = key
    while (at !== values) {
      steps.push(printStep(step, at))
      const way = ways.get(at)
      if (!way) break
      ;[at, step] = way
    }
    return nameOf(Number(step)) + printSteps(steps.reverse())
  }
  const pathOf = (holder: object) => pathTo(...(ways.get(holder) ?? ([values, 0] as const)))
  const visit = (key: PropertyKey, value: unknown, holder: object) => {
    if (typeof value === 'string') return weight.count(value.length)
    const kind = kindOf(value)
    if (kind.is === 'replaced' || kind.is === 'refused') return void found.push(holder)
    if (!holdsOthers(kind)) {
      if (typeof value === 'object' && value !== null) weight.countMemory(value)
      return
    }
    const known = parents.get(value as object)
    if (known) known.push(holder)
    else {
      parents.set(value as object, [holder])
      ways.set(value as object, [holder, key])
    }
    agenda.add(value as object)
  }
  const readAll = (holder: object) => {
    const entries = readOnce(holder, (error, key) => {
      throw unreadable(error, key, key === undefined ? pathOf(holder) : pathTo(holder, key))
    })
    read.set(holder, entries)
    found.push(holder)
    return entries
  }
  for (let holder = agenda.next(); holder; holder = agenda.next()) {
    if (agenda.level > MOST_LEVELS) throw tooDeep(pathOf(holder))
    isDeep ||= agenda.level > MOST_NESTED
    const mark = agenda.mark
    if (types.isProxy(holder) || hasAccessors(holder))
      for (const [key, value] of readAll(holder)) visit(key, value, holder)
    else eachSteady(holder, visit)
    agenda.reverseFrom(mark)
  }
  return {
    marked: isDeep ? new Set(parents.keys()) : withParents(found, parents),
    read,
    isDeep,
    pathTo,
  }
}

/** A copy must be held by a copy. */
function withParents(
  found: object[],
  parents: ReadonlyMap<object, readonly object[]>,
): Set<object> {
  const marked = new Set<object>()
  for (let holder = found.pop(); holder; holder = found.pop()) {
    if (marked.has(holder)) continue
    marked.add(holder)
    for (const parent of parents.get(holder) ?? []) found.push(parent)
  }
  return marked
}

function holdsOthers({ is }: Kind): boolean {
  return is === 'plain' || is === 'fields' || is === 'map' || is === 'set'
}

function unreadable(error: unknown, key: PropertyKey | undefined, at: string): TransferError {
  const what = key === undefined ? 'a trap of its proxy' : 'its getter'
  return new TransferError(
    `${at} can't cross between threads: ${what} throws ${printThrown(error)}`,
    { path: at, cause: error },
  )
}

function tooDeep(path: string): TransferError {
  return new TransferError(
    `${path} can't cross between threads: it is nested more than ${MOST_LEVELS} levels deep`,
    { path },
  )
}

/** @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much to copy. */
export function assertCopyable(bytes: number): void {
  if (bytes <= MOST_BYTES) return
  const limit = MOST_BYTES / 2 ** 20
  throw new TransferError(
    `The values have more than ${limit} MB (${Math.round(bytes / 2 ** 20)} MB so far), which is the most that is copied in one message. ` +
      'Move bytes by transfer(), or pass them piece by piece, by a generator.',
  )
}
