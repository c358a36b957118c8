/**
 * How what is moved stands in a record: by its place in the list that goes by port beside it, and, for a view of memory that is
 * moved, by what it shows of that. Views keep what they share: two of one memory arrive as two of one.
 */
import { byteLengthOf, classNameOf, itemsOf } from '../codec/views.js'
import { malformed } from './malformed.js'

interface ViewClass {
  readonly prototype: object
  readonly name: string
  new (buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView
}

/** The thing itself. Any other number is a view's, one more than its place below. */
export const ITSELF = 0

const VIEWS: readonly ViewClass[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
]
/** Taken down at once: a class may be given another name. */
const NAMES = VIEWS.map(({ name }) => name)
/** A Buffer is made in a way of its own. */
const BUFFER = VIEWS.length + 1

/** @returns the number of the view's own class, or -1 where that is another one, which only structured clone knows how to treat. */
export function numberOfView(view: ArrayBufferView): number {
  const prototype: unknown = Object.getPrototypeOf(view)
  const View = VIEWS.findIndex((View) => View.prototype === prototype)
  const isBuffer = prototype === Buffer.prototype
  // One that was given another class's prototype is still what it was, to structured clone.
  const name = isBuffer ? 'Uint8Array' : NAMES[View]
  if (name !== (classNameOf(view) ?? 'DataView')) return -1
  return isBuffer ? BUFFER : View + 1
}

/** In the units of its class, as it is made again. */
export function lengthOf(view: ArrayBufferView): number {
  return classNameOf(view) === undefined ? byteLengthOf(view) : itemsOf(view)
}

export function viewOf(thing: unknown, number: number, offset: number, length: number): unknown {
  if (!(thing instanceof ArrayBuffer)) return malformed('it shows memory that was not moved')
  if (number === BUFFER) return Buffer.from(thing, offset, length)
  const View = VIEWS[number - 1] ?? malformed(`it shows memory by the unknown view ${number}`)
  return new View(thing, offset, length)
}
