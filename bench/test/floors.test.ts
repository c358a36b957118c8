import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NumberRing, SLOTS } from '../src/threads/number-ring.js'
import { SharedValue } from '../src/threads/shared-value.js'

test('shared memory gives a number and a string back as they were', () => {
  const value = new SharedValue(new SharedArrayBuffer(65_536))
  for (const each of [42, -0.5, '', 'x'.repeat(1024)]) {
    value.write(each)
    assert.equal(value.read(), each)
  }
})

test('a ring hands numbers out in order, round after round', () => {
  const ring = new NumberRing(NumberRing.create())
  let next = 0
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < SLOTS - 1; index++) ring.push(round * SLOTS + index)
    const taken: number[] = []
    ring.drain((value: number) => taken.push(value))
    assert.equal(taken.length, SLOTS - 1)
    assert.equal(taken[0], round * SLOTS)
    next += taken.length
  }
  assert.equal(next, 3 * (SLOTS - 1))
})

test('only the first number after a pause asks for the reader to be woken', () => {
  const ring = new NumberRing(NumberRing.create())
  assert.deepEqual([ring.push(1), ring.push(2)], [true, false])
  ring.drain(() => {})
  assert.equal(ring.push(3), true)
})
