/**
 * The memory that a view shows, as the engine knows it. An object may have properties of its own under the names `buffer`, `length`
 * or `byteOffset`, and whoever believed these would read, or overwrite, what lies beside.
 */
const viewPrototype: object = Object.getPrototypeOf(Uint8Array.prototype)

/** A getter of the language's own, to be asked about any object of its kind. */
function getter<T, R>(prototype: object, name: PropertyKey): (object: T) => R {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) as { get: () => R }
  return (object) => get.call(object)
}

type View = ArrayBufferView<ArrayBufferLike>

const typedBuffer = getter<View, ArrayBufferLike>(viewPrototype, 'buffer')
const typedOffset = getter<View, number>(viewPrototype, 'byteOffset')
const typedBytes = getter<View, number>(viewPrototype, 'byteLength')
const dataBuffer = getter<View, ArrayBufferLike>(DataView.prototype, 'buffer')
const dataOffset = getter<View, number>(DataView.prototype, 'byteOffset')
const dataBytes = getter<View, number>(DataView.prototype, 'byteLength')
const bytesOf = getter<ArrayBufferLike, number>(ArrayBuffer.prototype, 'byteLength')
const sharedBytesOf = getter<ArrayBufferLike, number>(SharedArrayBuffer.prototype, 'byteLength')
/** Undefined on engines without resizable memory. */
const resizable = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable')?.get

/** The class that a typed array really is of, whatever its prototype; undefined for a DataView. */
export const classNameOf = getter<View, string | undefined>(viewPrototype, Symbol.toStringTag)
/** In items. Only of a typed array. */
export const itemsOf = getter<View, number>(viewPrototype, 'length')

export function bufferOf(view: View): ArrayBufferLike {
  return classNameOf(view) === undefined ? dataBuffer(view) : typedBuffer(view)
}

export function offsetOf(view: View): number {
  return classNameOf(view) === undefined ? dataOffset(view) : typedOffset(view)
}

/** Bytes of a view, or of memory itself. */
export function byteLengthOf(thing: View | ArrayBufferLike): number {
  if (ArrayBuffer.isView(thing))
    return classNameOf(thing) === undefined ? dataBytes(thing) : typedBytes(thing)
  try {
    return bytesOf(thing)
  } catch {
    return sharedBytesOf(thing)
  }
}

export function isResizable(buffer: ArrayBufferLike): boolean {
  try {
    return resizable?.call(buffer) === true
  } catch {
    // Shared memory, which may grow, but is never sent as its bytes.
    return false
  }
}
