import assert from 'node:assert/strict'
import { add, addLater, double, echo, echoLater, giveProxy, Money, nested } from './functions.js'

const cyclic = { name: 'cyclic' }
cyclic.self = cyclic
const value = {
  text: 'é😀',
  number: -0,
  big: 2n ** 70n,
  nothing: [null, undefined, Number.NaN],
  date: new Date(0),
  map: new Map([[{ key: 1 }, new Set([1, 'two'])]]),
  pattern: /a+/gi,
  bytes: new Uint8Array([1, 2, 3]),
  long: 'x'.repeat(2_000_000),
}
assert.deepEqual(await echo(value), value)
assert.deepEqual(echoLater(value), value)
const twin = await echo(cyclic)
assert.equal(twin.self, twin)
const error = new RangeError('as a value', { cause: new TypeError('its cause') })
const { list } = await echo({ list: [error, error] })
assert.ok(list[0] instanceof RangeError && list[0].cause instanceof TypeError)
assert.equal(list[0], list[1])
assert.equal((await double(new Money(250))).format(), '5.00')

await assert.rejects(echo({ deep: [new WeakMap()] }), { code: 'SYNCBRIDGE_TRANSFER', path: /deep/ })
await assert.rejects(giveProxy(), { code: 'SYNCBRIDGE_TRANSFER' })
let depth = 0
for (let level = await nested(1000); level.value; level = level.value) depth += 1
assert.equal(depth, 1000)
assert.equal(await add(1, 2), 3)
assert.equal(addLater(1, 2), 3)
