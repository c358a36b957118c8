/** Bytes with properties of their own, and bytes whose memory is gone. */
import { trap } from './trap.js'

const own = (object, name, value) =>
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
const ownGetter = (object, name) => Object.defineProperty(object, name, { get: trap })
const buffer = () => Buffer.from('some bytes of its own')
const bytes = () => new Uint8Array([1, 2, 3, 4])
const names = ['length', 'byteLength', 'byteOffset', 'buffer', 'constructor', 'parent']
const values = {
  huge: 1e9,
  long: 60,
  negative: -1,
  'not a number': Number.NaN,
  short: 2,
  'an object': { valueOf: trap },
}

const lies = names.flatMap((name) =>
  Object.entries({ Buffer: buffer, Uint8Array: bytes }).flatMap(([kind, make]) => [
    ...Object.entries(values).map(([what, value]) => [
      `${kind} with own ${name}, ${what}`,
      { make: () => own(make(), name, value), bytes: make().join() },
    ]),
    [`${kind} whose ${name} throws`, { make: () => ownGetter(make(), name), bytes: make().join() }],
  ]),
)
const detach = (memory, view) => {
  structuredClone(memory, { transfer: [memory] })
  return view
}
const outOfBounds = (Type) => {
  const memory = new ArrayBuffer(16, { maxByteLength: 32 })
  const view = new Type(memory, 8, 1)
  memory.resize(4)
  return view
}
const memoryOf = (length) => new ArrayBuffer(length)

export const bytesMembers = {
  ...Object.fromEntries(lies),
  'Buffer with own __proto__': { make: () => own(buffer(), '__proto__', {}) },
  'Buffer without its prototype': { make: () => Object.setPrototypeOf(buffer(), null) },
  'Buffer with a function': { make: () => Object.assign(buffer(), { fn: () => 1 }) },
  'list with own constructor': { make: () => own([1, 2], 'constructor', trap) },
  'list whose species throws': {
    make: () => ownGetter(own([1, 2], 'constructor', ownGetter({}, Symbol.species)), 'map'),
  },
  'detached ArrayBuffer': { make: () => ((one) => detach(one, one))(memoryOf(8)) },
  'detached Uint8Array': { make: () => ((one) => detach(one.buffer, one))(bytes()) },
  'detached Buffer': { make: () => ((one) => detach(one, Buffer.from(one)))(memoryOf(8)) },
  'detached DataView': { make: () => ((one) => detach(one, new DataView(one)))(memoryOf(8)) },
  'typed array out of bounds': { make: () => outOfBounds(Float64Array) },
  'DataView out of bounds': { make: () => outOfBounds(DataView) },
  'growable shared memory': { make: () => new SharedArrayBuffer(8, { maxByteLength: 64 }) },
  'memory of WebAssembly': { make: () => new WebAssembly.Memory({ initial: 1 }).buffer },
  'window on the pool': { make: () => Buffer.allocUnsafe(8) },
  'typed array of a class': { make: () => new (class extends Uint8Array {})(4) },
}
