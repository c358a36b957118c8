/**
 * Whatever `structuredClone` accepts crosses equal to what it makes of it: in arguments, results and thrown errors, of awaited and
 * of blocking calls. Random values, from a seed that is printed: `SEED=… RUNS=… node --test test/any-values.test.js`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect, isDeepStrictEqual } from 'node:util'
import { isBoxedPrimitive } from 'node:util/types'
import fc from 'fast-check'
import * as there from './fixtures/any-values.js'

// Ten thousand in `npm run verify`.
const numRuns = Number(process.env.RUNS ?? 150)
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

const primitive = fc.oneof(
  fc.constantFrom(undefined, null, true, false, -0, 0, Number.NaN, Infinity, -Infinity, 5e-324),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.string({ unit: 'binary' }),
  // Lone surrogates, too.
  fc.array(fc.integer({ max: 0xffff, min: 0 })).map((units) => String.fromCharCode(...units)),
)
const typedArrays = [
  Int8Array,
  Uint8Array,
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
const bytes = fc
  .tuple(
    fc.uint8Array({ maxLength: 64, minLength: 16 }),
    fc.constantFrom(...typedArrays),
    fc.nat(1),
  )
  .map(([from, Type, window]) =>
    window ? new Type(from.slice().buffer, 8, 1) : new Type(from.slice(0, 16).buffer),
  )
const leaf = fc.oneof(
  { arbitrary: primitive, weight: 6 },
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a/gi, /[\ud800]/u, /(?<name>x)/y),
  bytes,
  fc.uint8Array({ maxLength: 64 }).map(({ buffer }) => buffer),
  fc.uint8Array().map((from) => Buffer.from(from)),
  fc.constantFrom(Object(1), Object('x'), Object(true), Object(1n)),
  fc
    .constantFrom(Error, TypeError, RangeError, SyntaxError)
    .chain((Class) => fc.string().map((message) => new Class(message))),
)
class Fields {}
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'then', 'toJSON', '0', 'valueOf', 'length', 'size'),
)
const { value: anything } = fc.letrec((tie) => {
  const value = tie('value')
  const list = fc.array(value, { maxLength: 4 })
  const pairs = fc.array(fc.tuple(key, value), { maxLength: 4 })
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      list,
      pairs.map((entries) => fromPairs({}, entries)),
      pairs.map((entries) => fromPairs(Object.create(null), entries)),
      pairs.map((entries) => fromPairs(new Fields(), entries)),
      fc.array(fc.tuple(value, value), { maxLength: 4 }).map((entries) => new Map(entries)),
      list.map((items) => new Set(items)),
      fc.sparseArray(value, { maxLength: 9 }),
      list.map((items) => Object.assign([...items], { own: items.length })),
      // The same object more than once, and a cycle.
      value.map((one) => [one, { again: one }, new Map([[one, one]])]),
      pairs.map((entries) => {
        const round = fromPairs({}, entries)
        return Object.assign(round, { in: [round], map: new Map([['round', round]]) })
      }),
      fc.integer({ max: 60, min: 30 }).map((levels) => nest(levels)),
      fc.integer({ max: 6_000, min: 1_000 }).map((length) => Array(length).fill(length / 3)),
    ),
  }
})

function fromPairs(object, entries) {
  for (const [name, value] of entries)
    Object.defineProperty(object, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  return object
}
function nest(levels) {
  return levels === 0 ? 'bottom' : { next: nest(levels - 1) }
}

/** What differs from `structuredClone` on purpose, and to the better: Buffers stay Buffers and errors keep all they have. */
function alike(received, cloned, original, seen = new Map()) {
  if (typeof cloned !== 'object' || cloned === null) return Object.is(received, cloned)
  // The same object twice must be the same object twice.
  if (seen.has(cloned)) return seen.get(cloned) === received
  seen.set(cloned, received)
  if (original instanceof Error)
    return received.constructor === original.constructor && received.message === original.message
  if (Buffer.isBuffer(original)) return Buffer.isBuffer(received) && received.equals(original)
  if (ArrayBuffer.isView(cloned) || cloned instanceof ArrayBuffer || cloned instanceof RegExp)
    return isDeepStrictEqual(received, cloned)
  if (Object.getPrototypeOf(received) !== Object.getPrototypeOf(cloned)) return false
  if (cloned instanceof Date) return Object.is(received.getTime(), cloned.getTime())
  if (cloned instanceof Map || cloned instanceof Set) {
    const [got, wanted, made] = [received, cloned, original].map((all) => [...all].flat(1))
    if (received.size !== cloned.size) return false
    return cloned instanceof Map
      ? wanted.every((item, at) => alike(got[at], item, made[at], seen))
      : alikeItems([...received], [...cloned], [...original], seen)
  }
  // Not by its own `valueOf`, which may be a property like any other.
  if (isBoxedPrimitive(cloned)) return isDeepStrictEqual(received, cloned)
  const keys = Object.keys(cloned)
  return (
    isDeepStrictEqual(Object.keys(received), keys) &&
    // Only an array's own: that of an object is a property like any other.
    (!Array.isArray(cloned) || received.length === cloned.length) &&
    keys.every((name) => alike(own(received, name), own(cloned, name), own(original, name), seen))
  )
}
const alikeItems = (got, wanted, made, seen) =>
  wanted.every((item, at) => alike(got[at], item, made[at], seen))
/** `__proto__` is a name like any other where it is a property of its own. */
const own = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value

function assertAlike(received, value, way) {
  if (alike(received, structuredClone(value), value)) return
  assert.fail(`${way}: ${inspect(received, { depth: 9 })} from ${inspect(value, { depth: 9 })}`)
}
const caught = (promise) => promise.then(assert.fail, (error) => error)

test(`${numRuns} random values cross as structuredClone makes them (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 3, minLength: 1 }), async (values) => {
      const [value] = values
      const [echoed, throughLoop, thrown, thrownThroughLoop] = await Promise.all([
        there.echo(...values),
        there.echoThroughLoop(...values),
        caught(there.throwWith(value)),
        caught(there.throwThroughLoop(value)),
      ])
      assert.equal(echoed.length, values.length)
      values.forEach((one, index) => {
        assertAlike(echoed[index], one, 'echoed')
        assertAlike(throughLoop[index], one, 'echoed through the loop')
      })
      for (const error of [thrown, thrownThroughLoop]) {
        assert.ok(error instanceof there.Carrier)
        assertAlike(error.cause, value, 'as the cause')
        assertAlike(error.value, value, 'as a property')
        assert.equal(error.syncbridgeLost, undefined)
      }
      assert.equal({}.polluted, undefined)
      assert.deepEqual(Reflect.ownKeys(Object.prototype).length, prototypeKeys)
    }),
    { numRuns, seed },
  )
})
const prototypeKeys = Reflect.ownKeys(Object.prototype).length
