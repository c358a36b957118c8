/**
 * Whether values that have been encoded mean the same. Compared are their encoded forms, which are plain data: so nothing of the user's
 * runs, and an instance shows what its codec makes of it. Neither recursion nor the number of ways to an object counts: each pair of
 * objects is compared once.
 */
import { util } from '../builtins.js'
import type { Replaced, WireError, WireInstance, WireNode, WireValue } from '../protocol.js'
import { partsOf } from './nodes-in.js'
import { isError } from './nodes-out.js'
import { classNameOf } from './views.js'

/** What was replaced, by holder and key. */
type Kinds = Map<
  object,
  Map<PropertyKey, { readonly kind: Replaced; readonly parts: readonly object[] }>
>

interface Side {
  readonly nodes: readonly WireNode[]
  readonly kinds: Kinds
}

type View = ArrayBufferView<ArrayBufferLike>

/** A value and its place. */
interface Place {
  readonly value: unknown
  readonly holder: object
  readonly key: PropertyKey
}

export function wireComparer(
  before: WireValue,
  after: WireValue,
): (before: number, after: number) => boolean {
  const [left, right] = [sideOf(before), sideOf(after)]
  const known = new Map<unknown, unknown>()
  return (from, to) => {
    const pairs = new Pairs(left, right, known)
    if (!pairs.areSame(placeIn(before.value as object, from), placeIn(after.value as object, to)))
      return false
    for (const [one, other] of pairs.found) known.set(one, other)
    return true
  }
}

class Pairs {
  readonly found = new Map<unknown, unknown>()
  readonly #left: Side
  readonly #right: Side
  readonly #known: ReadonlyMap<unknown, unknown>
  readonly #open: Array<readonly [Place, Place]> = []

  constructor(left: Side, right: Side, known: ReadonlyMap<unknown, unknown>) {
    this.#left = left
    this.#right = right
    this.#known = known
  }

  areSame(one: Place, other: Place): boolean {
    this.#open.push([one, other])
    for (let pair = this.#open.pop(); pair; pair = this.#open.pop())
      if (!this.#compare(...pair)) return false
    return true
  }

  #compare(one: Place, other: Place): boolean {
    const [mark, otherMark] = [markOf(this.#left, one), markOf(this.#right, other)]
    if (mark?.kind !== otherMark?.kind) return false
    switch (mark?.kind) {
      case 'error':
      case 'instance':
        return this.#pair(
          this.#left.nodes[one.value as number],
          this.#right.nodes[other.value as number],
          true,
        )
      case 'part':
        return this.#pair(mark.parts[one.value as number], otherMark?.parts[other.value as number])
      default:
        return this.#pair(one.value, other.value)
    }
  }

  #pair(one: unknown, other: unknown, isNode = false): boolean {
    if (Object(one) !== one || Object(other) !== other) return Object.is(one, other)
    if (this.#known.get(one) === other || this.found.get(one) === other) return true
    // Taken for another one before: what was one object is two now.
    if (this.found.has(one)) return false
    this.found.set(one, other)
    return isNode
      ? this.#nodes(one as WireNode, other as WireNode)
      : this.#objects(one as object, other as object)
  }

  #objects(one: object, other: object): boolean {
    // A Buffer has been cloned to the bytes that it is sent as.
    if (ArrayBuffer.isView(one)) return ArrayBuffer.isView(other) && areSameBytes(one, other)
    const prototype: unknown = Object.getPrototypeOf(one)
    if (prototype !== Object.getPrototypeOf(other)) return false
    if (one instanceof Map) return this.#members([...one].flat(), [...(other as typeof one)].flat())
    if (one instanceof Set) return this.#members([...one], [...(other as typeof one)])
    if (Array.isArray(one) || prototype === Object.prototype || prototype === null)
      return this.#members(one, other)
    return util().isDeepStrictEqual(one, other)
  }

  #members(one: object, other: object): boolean {
    const keys = Object.keys(one)
    if (keys.length !== Object.keys(other).length) return false
    if (Array.isArray(one) && one.length !== (other as unknown[]).length) return false
    for (const key of keys) {
      if (!Object.hasOwn(other, key)) return false
      this.#open.push([placeIn(one, key), placeIn(other, key)])
    }
    return true
  }

  #nodes(one: WireNode, other: WireNode): boolean {
    if (isError(one)) return isError(other) && this.#errors(one, other)
    return !isError(other) && isSameCodec(one, other) && this.#lists(one.value, other.value)
  }

  #errors(one: WireError, other: WireError): boolean {
    const parts = [...partsOf([one])]
    const otherParts = [...partsOf([other])]
    return (
      parts.length === otherParts.length &&
      util().isDeepStrictEqual(withoutParts(one), withoutParts(other)) &&
      parts.every((part, index) => this.#lists(part, otherParts[index] as WireValue))
    )
  }

  #lists({ value }: WireValue, { value: other }: WireValue): boolean {
    return this.#members(value as object, other as object)
  }
}

function placeIn(holder: object, key: PropertyKey): Place {
  return { value: Reflect.get(holder, key), holder, key }
}

function markOf({ kinds }: Side, { holder, key }: Place) {
  return kinds.get(holder)?.get(String(key))
}

function sideOf(wire: WireValue): Side {
  const { nodes = [] } = wire
  const kinds: Kinds = new Map()
  for (const { value, marks = [], deep = [], parts = [] } of [wire, ...partsOf(nodes)]) {
    const note = (holder: object, key: PropertyKey, kind: Replaced) => {
      const keys = kinds.get(holder) ?? new Map()
      kinds.set(holder, keys.set(String(key), { kind, parts }))
    }
    for (const [index, kind] of marks) note(value as object, index, kind)
    for (const [holder, key, kind] of deep)
      if (kind !== 'map' && kind !== 'set') note(holder, key, kind)
  }
  return { nodes, kinds }
}

function isSameCodec(one: WireInstance, other: WireInstance): boolean {
  return one.module === other.module && one.name === other.name && one.ordinal === other.ordinal
}

function withoutParts({ type, name, message, stack, lost, props = [], cause, errors }: WireError) {
  const keys = props.map(([key]) => key)
  return {
    type,
    name,
    message,
    stack,
    lost,
    keys,
    hasCause: cause !== undefined,
    count: errors?.length,
  }
}

function areSameBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return (
    classNameOf(one as View) === classNameOf(other as View) &&
    Buffer.compare(bytesOf(one), bytesOf(other)) === 0
  )
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
