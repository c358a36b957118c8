import { MessageChannel, receiveMessageOnPort, type Transferable } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { bothEnds, closeEnds, outcomeOf, resultIn } from './both-ends.fixture.js'

afterEach(closeEnds)

/** What arrives. */
function sent(value: unknown, moved: readonly Transferable[]): unknown {
  const { writer, reader, errors } = bothEnds()
  writer.post(outcomeOf(1, value), moved)
  const arrived = resultIn(reader.take())
  expect(errors).toEqual([])
  expect(reader.take()).toBeUndefined()
  expect(reader.hasNews()).toBe(false)
  return arrived
}

const buffer = () => Uint8Array.from({ length: 64 }, (_, index) => index).buffer

describe('what is moved', () => {
  test('goes by port alone, and the rest of the message through the ring', () => {
    const bytes = buffer()
    const { writer, inbox } = bothEnds()
    writer.post(outcomeOf(1, { name: 'a', bytes }), [bytes])
    expect(receiveMessageOnPort(inbox)?.message).toEqual({
      serial: 0,
      id: 1,
      moved: [expect.any(ArrayBuffer)],
    })
  })

  const views: ReadonlyArray<(bytes: ArrayBuffer) => ArrayBufferView> = [
    (bytes) => new Uint8Array(bytes, 8, 2),
    (bytes) => new Int8Array(bytes, 8, 2),
    (bytes) => new Uint8ClampedArray(bytes, 8, 2),
    (bytes) => new Int16Array(bytes, 8, 2),
    (bytes) => new Uint16Array(bytes, 8, 2),
    (bytes) => new Int32Array(bytes, 8, 2),
    (bytes) => new Uint32Array(bytes, 8, 2),
    (bytes) => new Float32Array(bytes, 8, 2),
    (bytes) => new Float64Array(bytes, 8, 2),
    (bytes) => new BigInt64Array(bytes, 8, 2),
    (bytes) => new BigUint64Array(bytes, 8, 2),
    (bytes) => new DataView(bytes, 8, 2),
  ]
  for (const make of views) {
    const { constructor: View } = make(buffer())
    test(`${View.name}: the same window, on all the memory`, () => {
      const bytes = buffer()
      const view = make(bytes)
      const { byteLength } = view
      const arrived = sent(view, [bytes]) as ArrayBufferView
      expect(arrived.constructor).toBe(View)
      expect([arrived.byteOffset, arrived.byteLength]).toEqual([8, byteLength])
      expect(new Uint8Array(arrived.buffer)).toEqual(new Uint8Array(buffer()))
      expect(bytes.byteLength).toBe(0)
    })
  }

  test('a Buffer', () => {
    const bytes = buffer()
    const arrived = sent({ deep: [Buffer.from(bytes, 3, 5)] }, [bytes]) as { deep: Buffer[] }
    expect(Buffer.isBuffer(arrived.deep[0])).toBe(true)
    expect(arrived.deep[0]).toEqual(Buffer.from([3, 4, 5, 6, 7]))
  })

  test('two views of one memory arrive as two of one', () => {
    const bytes = buffer()
    const value = [new Uint8Array(bytes, 0, 4), new Int32Array(bytes), bytes]
    const [one, two, three] = sent(value, [bytes]) as [Uint8Array, Int32Array, ArrayBuffer]
    expect(one.buffer).toBe(two.buffer)
    expect(one.buffer).toBe(three)
  })

  test('several things, of which one is a port', async () => {
    const { port1, port2 } = new MessageChannel()
    const bytes = buffer()
    const arrived = sent({ port1, bytes }, [bytes, port1]) as { port1: typeof port1 }
    port2.postMessage('hello')
    expect(receiveMessageOnPort(arrived.port1)?.message).toBe('hello')
    port2.close()
  })

  test('beside something that is not plain, it goes by port with all the rest', () => {
    const bytes = buffer()
    const arrived = sent({ bytes, when: new Date(5) }, [bytes]) as { bytes: ArrayBuffer }
    expect(arrived).toMatchObject({ when: new Date(5) })
    expect(arrived.bytes.byteLength).toBe(64)
  })

  test('a view that follows the length of its memory goes by port, and still follows it', () => {
    // Newer than the language that this is compiled for.
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize(length: number): void }
    const bytes = new Resizable(8, { maxByteLength: 16 })
    const arrived = sent(new Uint8Array(bytes), [bytes]) as Uint8Array<typeof bytes>
    arrived.buffer.resize(12)
    expect(arrived.length).toBe(12)
  })

  test('is none of the message where it can\u2019t be moved, and the next message is whole', () => {
    const { writer, reader, errors } = bothEnds()
    const bytes = buffer()
    structuredClone(bytes, { transfer: [bytes] })
    const post = () => writer.post(outcomeOf(1, { unheard: 1, bytes }), [bytes])
    expect(post).toThrow()
    writer.post(outcomeOf(2, { unheard: 2 }))
    const message = reader.take()
    expect(message).toMatchObject({ id: 2 })
    expect(resultIn(message)).toEqual({ unheard: 2 })
    expect(errors).toEqual([])
  })

  test('stays in order with what goes through the ring and by port', () => {
    const { writer, reader, errors } = bothEnds()
    for (let id = 0; id < 30; id += 3) {
      const bytes = buffer()
      writer.post(outcomeOf(id, id))
      writer.post(outcomeOf(id + 1, [bytes]), [bytes])
      writer.post(outcomeOf(id + 2, new Map()))
    }
    const ids: number[] = []
    for (let message = reader.take(); message; message = reader.take())
      ids.push((message as { id: number }).id)
    expect(ids).toEqual(Array.from({ length: 30 }, (_, id) => id))
    expect(errors).toEqual([])
  })
})
