/**
 * Writes plain data into shared memory: what JSON has, and undefined, every number and whole Uint8Arrays. Anything that
 * structured clone treats in its own way (class instances, Dates, Maps, cycles, an object that occurs twice, holes, getters that
 * throw) is declined, and takes the slow way. The other side is {@link file://./plain-reader.ts}.
 */
import * as types from 'node:util/types'
import type { Transferable } from 'node:worker_threads'
import { bufferOf, byteLengthOf, isResizable, offsetOf } from '../codec/views.js'
import { ITSELF, lengthOf, numberOfView } from './moved-things.js'
import { Occurrences } from './occurrences.js'
import {
  ARRAY,
  BUFFER,
  BYTES,
  evenWord,
  FALSE,
  FLOATS,
  INTEGERS,
  MOST_BESIDE_TAG,
  MOVED,
  NULL,
  OBJECT,
  OBJECT_AND_MORE,
  SINGLE,
  TAG_BITS,
  TRUE,
  UNDEFINED,
} from './plain-data.js'
import { DECLINED, NO_ROOM, ScalarWriter } from './scalar-writer.js'
import { type WrittenShape, WrittenShapes } from './written-shapes.js'

const DEEPEST = 32
/** Of longer arrays it is faster to ask for the values than for the keys. */
const LONG_ARRAY = 16
/** From here on a copy by Node is faster than one by the engine, which goes word by word where memory is shared. */
const LONG_BINARY = 1024
const NOTHING: readonly Transferable[] = []
/** Seen so often as data, a property of a shape is taken for data. */
const TRUSTED = 64

/** What `write` returns where a value is declined, and where it needs more room than there is. */
export const IS_DECLINED = -1
export const LACKS_ROOM = -2

export class PlainWriter extends ScalarWriter {
  #shapes = new WrittenShapes()
  /** The generation before, until the reader has been told of this one. */
  #shapesBefore: WrittenShapes | undefined
  /** Whether the record tells the reader of this generation. */
  #isTold = false
  readonly #occurrences = new Occurrences()
  /** Those below this number the reader knows if this record is not sent. */
  #knownShapes = 1
  #isWriting = false
  /** What goes by port beside the record: in it stands only where. */
  #moved = NOTHING
  #deepest = 0

  /** A record begins, in which one value or several are written. */
  begin(moved = NOTHING): void {
    if (this.#isWriting) return
    // The record before has been sent.
    if (this.#isTold) this.#shapesBefore = undefined
    this.#isTold = false
    if (this.#shapes.isWornOut && !this.#shapesBefore) {
      this.#shapesBefore = this.#shapes
      this.#shapes = new WrittenShapes(this.#shapes.end)
    }
    this.#knownShapes = this.#shapes.end
    this.#moved = moved
    this.#deepest = 0
  }

  /** How deep the values of the record are nested, so far. */
  get deepest(): number {
    return this.#deepest
  }

  /** All of the record is written: what is moved with it is not held any longer. */
  letGo(): void {
    this.#moved = NOTHING
  }

  /** The record is not sent: what it taught must be taught again. */
  forget(): void {
    if (this.#isWriting) return
    this.#shapes.unlearn(this.#knownShapes)
    if (!this.#shapesBefore) return
    this.#shapes = this.#shapesBefore
    this.#shapesBefore = undefined
    this.#isTold = false
  }

  /**
   * Writes a value at `at`, within `size` bytes.
   * @returns the length, or one of two negative numbers; what was written then counts for nothing.
   */
  write(value: unknown, at: number, size: number): number {
    return this.#write(value, false, at, size)
  }

  /**
   * The same for a list of values that this library made itself, as arguments are: nobody else holds it, and it has no properties
   * of its own, which would be dear to find out.
   */
  writeList(values: readonly unknown[], at: number, size: number): number {
    return this.#write(values, true, at, size)
  }

  #write(value: unknown, isList: boolean, at: number, size: number): number {
    // A getter of the user's may send something itself, in the middle of a record.
    if (this.#isWriting) return IS_DECLINED
    this.#isWriting = true
    const knownShapes = this.#shapes.end
    const start = (at + 3) >> 2
    this.at = start
    this.end = (at + size) >> 2
    try {
      this.word(0)
      if (isObjectExtended()) throw DECLINED
      if (isList) this.#items(value as readonly unknown[], 0)
      else this.#value(value, 0)
      const isNew = this.#shapesBefore !== undefined && !this.#isTold
      if (isNew || this.#shapes.end > knownShapes) this.#teach(start, knownShapes, isNew)
      this.#isTold ||= isNew
      return this.at * 4 - at
    } catch (error) {
      // Also where a getter of the user's threw: structured clone will meet it again, and tell.
      this.#shapes.unlearn(knownShapes)
      return error === NO_ROOM ? LACKS_ROOM : IS_DECLINED
    } finally {
      this.#occurrences.clear()
      this.#isWriting = false
    }
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'number':
        return this.number(value)
      case 'string':
        return this.text(value)
      case 'undefined':
        return this.word((UNDEFINED << TAG_BITS) | SINGLE)
      case 'boolean':
        return this.word(((value ? TRUE : FALSE) << TAG_BITS) | SINGLE)
      case 'object':
        if (value === null) return this.word((NULL << TAG_BITS) | SINGLE)
        return this.#object(value, depth)
      default:
        throw DECLINED
    }
  }

  #object(value: object, depth: number): void {
    if (depth > this.#deepest) {
      if (depth > DEEPEST) throw DECLINED
      this.#deepest = depth
    }
    const from = this.at
    const place = this.#moved === NOTHING ? -1 : this.#placeOf(value)
    if (place >= 0) this.#movedThing(value, place)
    else if (Array.isArray(value)) this.#array(value, depth)
    else {
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype) this.#properties(value as Record<string, unknown>, depth)
      // Without one, it may be anything: an error or a Map that has lost its prototype is still one, to structured clone.
      else if (prototype === Uint8Array.prototype) return this.#binary(value as Uint8Array, BYTES)
      else if (prototype === Buffer.prototype) return this.#binary(value as Uint8Array, BUFFER)
      else throw DECLINED
    }
    // Seen twice, it would arrive as two: structured clone keeps it one.
    if (this.#occurrences.repeats(value, this.words, from, this.at)) throw DECLINED
  }

  #properties(value: Record<string, unknown>, depth: number): void {
    const from = this.at
    this.word(0)
    let shape: WrittenShape | undefined = this.#shapes.root
    let known = shape
    let more = -1
    for (const name in value) {
      if (shape) {
        shape = shape.lastName === name ? shape.last : this.#extend(shape, name)
        if (shape) known = shape
        else {
          more = this.at
          this.word(0)
        }
      }
      if (!shape) {
        if (name === '__proto__') throw DECLINED
        this.words[more] = (this.words[more] as number) + 1
        this.text(name)
      }
      if (!shape || shape.sightings < TRUSTED) mustBeData(value, name, shape)
      this.#value(value[name], depth + 1)
    }
    this.words[from] = (known.number << TAG_BITS) | (more < 0 ? OBJECT : OBJECT_AND_MORE)
  }

  #extend(shape: WrittenShape, name: string): WrittenShape | undefined {
    // It would set the prototype on the other side.
    if (name === '__proto__') throw DECLINED
    return this.#shapes.extend(shape, name)
  }

  #array(value: readonly unknown[], depth: number): void {
    const { length } = value
    // Each item takes a word at least: what can't have room is not worth asking for its keys.
    if (length > this.end - this.at) throw NO_ROOM
    // Holes and properties of its own are kept by structured clone only.
    const own = length < LONG_ARRAY ? Object.keys(value) : Object.values(value)
    if (own.length !== length || length > MOST_BESIDE_TAG) throw DECLINED
    if (length > 1 && typeof value[0] === 'number')
      if (this.#integers(value) || this.#floats(value)) return
    this.#items(value, depth)
  }

  #items(value: readonly unknown[], depth: number): void {
    const { length } = value
    // A proxy may say anything.
    if (!(length >= 0 && length <= MOST_BESIDE_TAG) || (length | 0) !== length) throw DECLINED
    this.word((length << TAG_BITS) | ARRAY)
    for (let index = 0; index < length; index += 1) {
      const item = value[index]
      if (item === undefined && !Object.hasOwn(value, index)) throw DECLINED
      this.#value(item, depth + 1)
    }
  }

  #integers(value: readonly unknown[]): boolean {
    const { length } = value
    const words = this.words
    const at = this.at + 1
    this.claim(length + 1)
    for (let index = 0; index < length; index += 1) {
      const item = value[index]
      if (typeof item !== 'number' || (item | 0) !== item || Object.is(item, -0)) return false
      words[at + index] = item
    }
    this.word((length << TAG_BITS) | INTEGERS)
    this.at += length
    return true
  }

  #floats(value: readonly unknown[]): boolean {
    const { length } = value
    for (let index = 0; index < length; index += 1)
      if (typeof value[index] !== 'number') return false
    this.word((length << TAG_BITS) | FLOATS)
    this.claim(length * 2)
    for (let index = 0; index < length; index += 1) {
      this.view.setFloat64(this.at * 4, value[index] as number, true)
      this.at += 2
    }
    return true
  }

  /**
   * Only a view of a whole buffer of its own: of another, structured clone takes the whole buffer along. A Buffer arrives with memory
   * of its own in any case.
   */
  #binary(value: Uint8Array, tag: typeof BYTES | typeof BUFFER): void {
    if (!types.isUint8Array(value)) throw DECLINED
    const buffer = bufferOf(value)
    const length = byteLengthOf(value)
    const isWhole = length === byteLengthOf(buffer)
    // The empty one may be detached, which structured clone has to say.
    if (length === 0 || (!isWhole && tag === BYTES) || length > MOST_BESIDE_TAG) throw DECLINED
    if (Object.getPrototypeOf(buffer) !== ArrayBuffer.prototype || isResizable(buffer))
      throw DECLINED
    const start = evenWord(this.at + 1)
    this.claim(start - this.at + ((length + 3) >> 2))
    this.words[this.at] = (length << TAG_BITS) | tag
    if (length < LONG_BINARY) this.bytes.set(value, start * 4)
    else copyIn(new Uint8Array(buffer, offsetOf(value), length), this.bytes, start * 4)
    this.goOnAfter(start * 4 + length)
    // Two views of one buffer would arrive with two.
    if (isWhole && this.#occurrences.repeats(buffer, this.words, start, this.at)) throw DECLINED
  }

  /** Among what is moved, of itself or of the memory that it is a view of. */
  #placeOf(value: object): number {
    const thing = ArrayBuffer.isView(value) ? bufferOf(value) : value
    return (this.#moved as readonly unknown[]).indexOf(thing)
  }

  #movedThing(value: object, place: number): void {
    this.word((place << TAG_BITS) | MOVED)
    if (!ArrayBuffer.isView(value)) return this.word(ITSELF)
    const number = numberOfView(value)
    // A view may also follow the length of memory that can be resized.
    if (number < 0 || isResizable(bufferOf(value))) throw DECLINED
    this.word(number)
    this.number(offsetOf(value))
    this.number(lengthOf(value))
  }

  /** After the value, what the reader has to know before it. @param isNew Whether it must forget what it has learned so far. */
  #teach(start: number, known: number, isNew: boolean): void {
    const shapes = this.#shapes
    const { end } = shapes
    this.words[start] = this.at - start
    this.word(isNew ? ~(end - known) : end - known)
    this.word(known)
    for (let number = known; number < end; number += 1) {
      const { parent, name } = shapes.at(number)
      this.word(parent?.number ?? 0)
      this.text(name)
    }
  }
}

/**
 * Code of the user's is declined before it runs: structured clone will run it, and it would run twice. Properties that have been data so
 * often are not asked any more, which would take more time than writing them.
 */
function mustBeData(holder: object, name: string, shape: WrittenShape | undefined): void {
  if (shape) shape.sightings += 1
  const descriptor = types.isProxy(holder)
    ? undefined
    : Object.getOwnPropertyDescriptor(holder, name)
  if (!descriptor || descriptor.get || descriptor.set) throw DECLINED
}

/** In two parts, neither of which is the whole: that one, Node leaves to the engine. */
function copyIn(source: Uint8Array, target: Buffer, at: number): void {
  const { copy } = Buffer.prototype
  const half = (source.length >> 4) << 3
  copy.call(source, target, at, 0, half)
  copy.call(source, target, at + half, half, source.length)
}

/** Whether every object has more properties than its own. They would be met along with these. */
function isObjectExtended(): boolean {
  for (const _name in Object.prototype) return true
  return false
}
