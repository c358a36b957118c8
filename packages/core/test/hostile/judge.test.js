/** That the hostile crossings would notice: what is right passes, what is wrong is named, and a seed replays its cases. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TransferError } from '@syncbridge/core'
import { casesOf, roles } from './cases.js'
import { describeFailure } from './describe-failure.js'
import { judge } from './judge.js'
import { members } from './members/all.js'
import { depths, lookAt } from './places.js'

const spec = {
  member: 'getter throws',
  role: 'argument',
  depth: 'item',
  way: 'ring',
  mode: 'awaited',
}
const failing = (error, more) => judge({ ...spec, ...more }, describeFailure(error))
const withCode = (code, name = 'Error') => Object.assign(new Error('x'), { code, name })
const transferError = (path) => new TransferError("can't cross", { path })

describe('a crossing', () => {
  test('passes where it arrives, or fails by a TransferError with a path', () => {
    assert.equal(judge(spec, { end: 'arrived', levels: 1 }), undefined)
    assert.equal(failing(transferError('args[1]')), undefined)
  })

  test('fails where it hangs, where its thread ends, and where its answer is another’s', () => {
    assert.match(failing(withCode('SYNCBRIDGE_CALL_TIMEOUT')), /^hung/)
    assert.match(failing(withCode('SYNCBRIDGE_THREAD_EXITED')), /^dead/)
    assert.equal(judge(spec, { end: 'swapped' }), 'swapped')
  })

  test('fails by a raw error, by a path that is empty, and where what must arrive does not', () => {
    assert.match(failing(new TypeError('x is not a function')), /^a raw error: TypeError/)
    assert.match(failing(new Error('hostile')), /^a raw error/)
    assert.match(failing(transferError('')), /^without a path/)
    assert.match(failing(transferError('args[1]'), { member: 'frozen' }), /^did not arrive/)
  })

  test('may throw what the user has thrown, and what an `await` of the language ran into', () => {
    assert.equal(failing(new Error('hostile'), { role: 'thrown' }), undefined)
    const given = { role: 'callbackResult', depth: 'top' }
    assert.equal(failing(new Error('hostile'), given), undefined)
    assert.match(failing(new Error('hostile'), { ...given, way: 'port' }), /^a raw error/)
    assert.match(failing(new TypeError('of our own'), { role: 'thrown' }), /^a raw error/)
  })

  test('fails where levels or bytes are other ones', () => {
    const deep = { ...spec, member: '2400 levels of maps' }
    assert.equal(judge(deep, { end: 'arrived', levels: 2401 }), undefined)
    assert.match(judge(deep, { end: 'arrived', levels: 3 }), /^of 2400 levels 3/)
    const bytes = { ...spec, member: 'Uint8Array with own length, long' }
    assert.equal(judge(bytes, { end: 'arrived', bytes: '1,2,3,4' }), undefined)
    assert.match(judge(bytes, { end: 'arrived', bytes: '1,2,3,4,5' }), /^other bytes/)
  })
})

test('the way down is found in every place, and to the bottom', () => {
  for (const [name, place] of Object.entries(depths)) {
    const { levels, bytes } = lookAt(place(Buffer.from('ab')))
    assert.equal(bytes, '97,98', name)
    assert.equal(levels > 0, name !== 'top', name)
  }
  for (const [name, { make, levels }] of Object.entries(members))
    if (levels) assert.ok(lookAt(make()).levels >= levels, name)
})

test('a seed replays its cases, and every value meets every role', () => {
  const options = { depthNames: Object.keys(depths) }
  const first = (seed, count) => {
    const cases = casesOf(seed, options)
    return Array.from({ length: count }, () => cases.next().value)
  }
  assert.deepEqual(first(5, 200), first(5, 200))
  assert.notDeepEqual(first(5, 200), first(6, 200))
  const met = new Set(first(5, 6000).map(({ member, role }) => `${member} ${role}`))
  assert.equal(met.size, Object.keys(members).length * roles.length - 1)
})
