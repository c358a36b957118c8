/**
 * Plain data that is too large for a ring: packed into a buffer of its own, which a port moves without a look at it. The
 * packer teaches the unpacker as writers teach readers, so each sees every buffer of its lane, in order.
 */
import { PlainReader } from './plain-reader.js'
import { PlainWriter } from './plain-writer.js'

const FIRST_SIZE = 256 * 1024
const LARGEST = 64 * 1024 * 1024
/** What is kept for the next value. */
const MOST_KEPT = 2 * 1024 * 1024

const NOTHING = Buffer.alloc(0)

export class PlainPacker {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE)
  readonly #writer = new PlainWriter(this.#bytes)

  /** @returns undefined where the value has to take the slow way. */
  pack(value: unknown): ArrayBuffer | undefined {
    this.#writer.begin()
    let length = this.#writer.write(value, 0, this.#bytes.byteLength)
    while (length < 0 && this.#writer.isFull && this.#bytes.byteLength < LARGEST) {
      this.#resize(this.#bytes.byteLength * 4)
      this.#writer.begin()
      length = this.#writer.write(value, 0, this.#bytes.byteLength)
    }
    const packed = length < 0 ? undefined : this.#bytes.buffer.slice(0, length)
    if (this.#bytes.byteLength > MOST_KEPT) this.#resize(FIRST_SIZE)
    // It would hold on to the objects until the next one comes.
    this.#writer.begin()
    return packed
  }

  #resize(size: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(size)
    this.#writer.moveTo(this.#bytes)
  }
}

export class PlainUnpacker {
  readonly #reader = new PlainReader(NOTHING)

  unpack(packed: ArrayBuffer): unknown {
    this.#reader.moveTo(Buffer.from(packed))
    const value = this.#reader.read(0)
    this.#reader.moveTo(NOTHING)
    return value
  }
}
