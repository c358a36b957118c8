/** Reads what `plain-writer.ts` wrote: one record after the other, in order, as each may have taught names to the next. */
import {
  ARRAY,
  ASCII,
  FALSE,
  FLOAT64,
  INT32,
  KNOWN,
  LEARN,
  NULL,
  OBJECT,
  TRUE,
  UCS2,
  UNDEFINED,
} from './plain-data.js'

export class PlainReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #names: string[] = []
  readonly #things: unknown[] = []
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get end(): number {
    return this.#at
  }

  read(at: number): unknown {
    this.#at = at
    return this.#value()
  }

  #value(): unknown {
    const tag = this.#byte()
    switch (tag) {
      case UNDEFINED:
        return undefined
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      case INT32: {
        const value = this.#view.getInt32(this.#at, true)
        this.#at += 4
        return value
      }
      case FLOAT64: {
        const value = this.#view.getFloat64(this.#at, true)
        this.#at += 8
        return value
      }
      case ASCII:
      case UCS2:
        return this.#string(tag)
      case ARRAY:
        return this.#array()
      case OBJECT:
        return this.#object()
      case KNOWN:
        return this.#things[this.#uint32()]
      case LEARN:
        return this.#learn()
      default:
        throw new Error(`@syncbridge/core: unknown tag ${tag} in a message between threads`)
    }
  }

  #array(): unknown[] {
    const length = this.#uint32()
    const value: unknown[] = []
    for (let index = 0; index < length; index += 1) value.push(this.#value())
    return value
  }

  #object(): Record<string, unknown> {
    const size = this.#uint32()
    const value: Record<string, unknown> = {}
    for (let index = 0; index < size; index += 1) {
      const name = this.#name()
      value[name] = this.#value()
    }
    return value
  }

  #learn(): unknown {
    // Its number is taken before it is read, as the writer's was.
    const number = this.#things.push(undefined) - 1
    this.#things[number] = this.#value()
    return this.#things[number]
  }

  #name(): string {
    const tag = this.#byte()
    if (tag === KNOWN) return this.#names[this.#uint32()] ?? ''
    if (tag !== LEARN) return this.#string(tag)
    const name = this.#string(this.#byte())
    this.#names.push(name)
    return name
  }

  #string(tag: number): string {
    const length = this.#uint32()
    const from = this.#at
    if (tag === UCS2) {
      this.#at += length * 2
      return this.#bytes.toString('utf16le', from, this.#at)
    }
    this.#at += length
    return this.#bytes.toString('latin1', from, this.#at)
  }

  #byte(): number {
    return this.#bytes[this.#at++] ?? -1
  }

  #uint32(): number {
    const value = this.#view.getUint32(this.#at, true)
    this.#at += 4
    return value
  }
}
