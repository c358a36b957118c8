/**
 * Goes through all that a list of values holds, without recursion, since data may be nested deeper than a stack is. First for a
 * quick answer, whether anything must be replaced at all; then, where it must, for which of the holders that is.
 */
import * as types from 'node:util/types'
import { TransferError } from '../errors.js'
import type { Kind } from './kind-of.js'

/**
 * So many bytes at most are copied in one message: a copy needs twice as many again while it is on its way, and what is larger
 * would end the process instead of the call.
 */
const MOST_BYTES = 512 * 2 ** 20
/** From this length on an array may be all holes. */
const HUGE = 2 ** 22
const LONG_ARRAY = 1024

export interface Surveyed {
  kindOf(value: unknown): Kind
  /** Bytes that are moved are not copied. */
  isMoved(buffer: ArrayBufferLike): boolean
}

/** Called for each value that an object holds, with its key there, or its place in order in a Map or Set. */
type Visit = (key: PropertyKey, value: unknown, holder: object) => void

/** @throws TransferError (SYNCBRIDGE_TRANSFER) where it is too much to copy. */
export function mustReplace(values: readonly unknown[], { kindOf, isMoved }: Surveyed): boolean {
  const seen = new Set<object>([values])
  const open: object[] = [values]
  let bytes = 0
  let isFound = false
  const count = (more: number) => {
    bytes += more
    assertCopyable(bytes)
  }
  const visit: Visit = (_key, value) => {
    if (typeof value === 'string') return count(value.length)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      isFound ||= typeof value === 'symbol'
      return
    }
    if (seen.has(value)) return
    seen.add(value)
    const kind = kindOf(value)
    if (kind.is === 'replaced' || kind.is === 'refused' || types.isProxy(value)) isFound = true
    if (holdsOthers(kind)) open.push(value)
    const buffer = ArrayBuffer.isView(value) ? value.buffer : value
    if (!types.isArrayBuffer(buffer) || isMoved(buffer)) return
    if (buffer !== value) seen.add(buffer)
    count(buffer.byteLength)
  }
  for (let holder = open.pop(); holder; holder = open.pop()) {
    if (Array.isArray(holder) && !isHollow(holder)) count(holder.length * 8)
    eachOf(holder, visit)
  }
  return isFound
}

/** The holders below which something is replaced, and the way to each value, for people. */
export interface Plan {
  readonly marked: ReadonlySet<object>
  pathTo(holder: object, key: PropertyKey): string
}

export function planReplacing(
  values: readonly unknown[],
  { kindOf }: Pick<Surveyed, 'kindOf'>,
  nameOf: (index: number) => string,
): Plan {
  const parents = new Map<object, object[]>([[values, []]])
  const ways = new Map<object, readonly [holder: object, key: PropertyKey]>()
  const open: object[] = [values]
  const found: object[] = []
  const visit: Visit = (key, value, holder) => {
    const kind = kindOf(value)
    if (kind.is === 'replaced' || kind.is === 'refused') found.push(holder)
    if (!holdsOthers(kind)) return
    const known = parents.get(value as object)
    if (known) return void known.push(holder)
    parents.set(value as object, [holder])
    ways.set(value as object, [holder, key])
    open.push(value as object)
    // Structured clone takes no proxy, but a copy of one.
    if (types.isProxy(value)) found.push(value as object)
  }
  for (let holder = open.pop(); holder; holder = open.pop()) eachOf(holder, visit)
  const marked = new Set<object>()
  for (let holder = found.pop(); holder; holder = found.pop()) {
    if (marked.has(holder)) continue
    marked.add(holder)
    found.push(...(parents.get(holder) ?? []))
  }
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
    return nameOf(Number(step)) + steps.reverse().join('')
  }
  return { marked, pathTo }
}

function holdsOthers({ is }: Kind): boolean {
  return is === 'plain' || is === 'fields' || is === 'map' || is === 'set'
}

/**
 * What an object holds.
 * @param onThrow What to do where a getter throws. Without it, this is only a look: such getters are passed over, as structured
 * clone will meet them and tell, and so are the properties of long arrays and what is undefined.
 */
export function eachOf(
  holder: object,
  visit: Visit,
  onThrow?: (error: unknown, key: string) => void,
): void {
  if (types.isMap(holder)) {
    let place = 0
    for (const [key, value] of holder) {
      visit(place, key, holder)
      visit(place + 1, value, holder)
      place += 2
    }
  } else if (types.isSet(holder)) {
    let place = 0
    for (const value of holder) visit(place++, value, holder)
  } else if (!onThrow && Array.isArray(holder) && isPlainList(holder)) {
    eachItem(holder, visit)
  } else {
    for (const key of Object.keys(holder)) {
      let value: unknown
      try {
        value = Reflect.get(holder, key)
      } catch (error) {
        onThrow?.(error, key)
        continue
      }
      visit(key, value, holder)
    }
  }
}

function isPlainList(array: readonly unknown[]): boolean {
  return array.length >= LONG_ARRAY || Object.keys(array).length === array.length
}

function eachItem(array: readonly unknown[], visit: Visit): void {
  const { length } = array
  if (isHollow(array)) {
    for (const key of Object.keys(array)) visit(key, array[Number(key)], array)
    return
  }
  for (let index = 0; index < length; index += 1) {
    const item = array[index]
    if (item !== undefined) visit(index, item, array)
  }
}

/** Asked for some of its places: nobody could go through all of them. */
function isHollow(array: readonly unknown[]): boolean {
  if (array.length < HUGE) return false
  const step = Math.floor(array.length / 64)
  let holes = 0
  for (let asked = 0; asked < 64; asked += 1) if (!Object.hasOwn(array, asked * step)) holes += 1
  return holes > 32
}

function printStep(key: PropertyKey, holder: object): string {
  if (types.isMap(holder) || types.isSet(holder)) {
    const place = Number(key)
    return types.isSet(holder) ? `[${place}]` : printEntry(holder, place)
  }
  if (Array.isArray(holder)) return `[${String(key)}]`
  return /^[\w$]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`
}

function printEntry(map: ReadonlyMap<unknown, unknown>, place: number): string {
  const name = [...map.keys()][place >> 1]
  const printed =
    typeof name === 'string' ? name : typeof name === 'object' ? 'object' : String(name)
  return place % 2 === 0 ? `.keys()[${place >> 1}]` : `.get(${printed})`
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
