/**
 * Writes plain data into shared memory: what JSON has, and undefined and every number. Anything that structured clone treats
 * in its own way (class instances, Dates, Maps, cycles, an object that occurs twice, holes, getters that throw) is declined,
 * and takes the slow way. The other side is {@link file://./plain-reader.ts}.
 */
import {
  ARRAY,
  ASCII,
  FALSE,
  FLOAT64,
  INT32,
  KNOWN,
  LEARN,
  MOST_NAMES,
  NULL,
  OBJECT,
  TRUE,
  UCS2,
  UNDEFINED,
} from './plain-data.js'

/** Thrown, and caught beside: the value takes the slow way. Made once, as its stack says nothing. */
const DECLINED = new Error('not plain data')
const DEEPEST = 32

export class PlainWriter {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #names = new Map<string, number>()
  readonly #things = new Map<object, number>()
  readonly #seen = new Set<object>()
  /** Names and things learned by the record that is being written: unlearned again where it is declined. */
  #learned: Array<string | object> = []
  #at = 0
  #end = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * Writes a value at `at`, within `size` bytes.
   * @param constant Objects in it that never change: they are sent once and then by number.
   * @returns the length, or -1 where the value is declined; what was written then counts for nothing.
   */
  begin(): void {
    if (this.#learned.length > 0) this.#learned = []
  }

  forget(): void {
    for (const learned of this.#learned) {
      if (typeof learned === 'string') this.#names.delete(learned)
      else this.#things.delete(learned)
    }
    this.#learned = []
  }

  write(value: unknown, at: number, size: number, constant?: object): number {
    this.#at = at
    this.#end = at + size
    if (this.#seen.size > 0) this.#seen.clear()
    try {
      this.#value(value, constant, 0)
      return this.#at - at
    } catch (error) {
      if (error === DECLINED) return -1
      // A getter of the user's threw: structured clone will meet it again, and tell.
      return -1
    }
  }

  #value(value: unknown, constant: object | undefined, depth: number): void {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#string(value)
      case 'undefined':
        return this.#byte(UNDEFINED)
      case 'boolean':
        return this.#byte(value ? TRUE : FALSE)
      case 'object':
        if (value === null) return this.#byte(NULL)
        if (value === constant) return this.#constant(value, depth)
        return this.#object(value, constant, depth)
      default:
        throw DECLINED
    }
  }

  #object(value: object, constant: object | undefined, depth: number): void {
    // Seen twice, it would arrive as two: structured clone keeps it one.
    if (depth > DEEPEST || this.#seen.has(value)) throw DECLINED
    this.#seen.add(value)
    if (Array.isArray(value)) return this.#array(value, constant, depth)
    const prototype: unknown = Object.getPrototypeOf(value)
    // Without one, it may be anything: an error or a Map that has lost its prototype is still one, to structured clone.
    if (prototype !== Object.prototype) throw DECLINED
    const keys = Object.keys(value)
    this.#byte(OBJECT)
    this.#uint32(keys.length)
    for (const key of keys) {
      this.#name(key)
      this.#value((value as Record<string, unknown>)[key], constant, depth + 1)
    }
  }

  #array(value: readonly unknown[], constant: object | undefined, depth: number): void {
    const { length } = value
    // Holes and properties of its own are kept by structured clone only.
    if (Object.keys(value).length !== length) throw DECLINED
    this.#byte(ARRAY)
    this.#uint32(length)
    for (let index = 0; index < length; index += 1) {
      const item = value[index]
      if (item === undefined && !(index in value)) throw DECLINED
      this.#value(item, constant, depth + 1)
    }
  }

  #constant(value: object, depth: number): void {
    const known = this.#things.get(value)
    if (known !== undefined) {
      this.#byte(KNOWN)
      return this.#uint32(known)
    }
    this.#byte(LEARN)
    this.#things.set(value, this.#things.size)
    this.#learned.push(value)
    this.#object(value, undefined, depth)
  }

  #name(name: string): void {
    const known = this.#names.get(name)
    if (known !== undefined) {
      this.#byte(KNOWN)
      return this.#uint32(known)
    }
    // It would set the prototype on the other side.
    if (name === '__proto__') throw DECLINED
    if (this.#names.size < MOST_NAMES) {
      this.#byte(LEARN)
      this.#names.set(name, this.#names.size)
      this.#learned.push(name)
    }
    this.#string(name)
  }

  #number(value: number): void {
    // -0 is no int32, although it equals one.
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.#byte(INT32)
      this.#claim(4)
      this.#view.setInt32(this.#at, value, true)
      this.#at += 4
      return
    }
    this.#byte(FLOAT64)
    this.#claim(8)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  #string(value: string): void {
    const { length } = value
    // A string's UTF-8 is as long as the string only where it is ASCII.
    const isAscii = length < 24 ? isShortAscii(value) : Buffer.byteLength(value) === length
    this.#byte(isAscii ? ASCII : UCS2)
    this.#uint32(length)
    this.#claim(isAscii ? length : length * 2)
    if (!isAscii) {
      this.#bytes.write(value, this.#at, 'utf16le')
      this.#at += length * 2
    } else if (length < 24) {
      for (let index = 0; index < length; index += 1)
        this.#bytes[this.#at++] = value.charCodeAt(index)
    } else {
      this.#bytes.write(value, this.#at, 'latin1')
      this.#at += length
    }
  }

  #byte(value: number): void {
    this.#claim(1)
    this.#bytes[this.#at++] = value
  }

  #uint32(value: number): void {
    this.#claim(4)
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  #claim(size: number): void {
    if (this.#at + size > this.#end) throw DECLINED
  }
}

function isShortAscii(value: string): boolean {
  for (let index = 0; index < value.length; index += 1)
    if (value.charCodeAt(index) > 127) return false
  return true
}
