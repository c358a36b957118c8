import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { add, hold } from './fixtures/basic.js'
import * as order from './fixtures/order.js'
import { timeOfPlainAnswers } from './support/floor.js'
import { occupied } from './support/occupied.js'

/** Sizes on both sides of any limit of a message, and kinds that take other ways. */
const loads = [
  undefined,
  'small',
  'm'.repeat(5_000),
  'é'.repeat(20_000),
  'large'.repeat(40_000),
  Array.from({ length: 3_000 }, (_, index) => ({ index })),
  new Uint8Array(100_000).fill(1),
  new Map([[1, 'x'.repeat(1000)]]),
  { nested: { deeply: [new Date(0), null, -0] } },
]
const isSame = (answer, number, load) => {
  assert.equal(answer.number, number)
  assert.equal(answer.ok, true, `call ${number} came out of turn`)
  assert.deepEqual(answer.load, load)
}

describe('calls of every size', () => {
  test('made at once run in the order of the calls, and each gets its own answer', async () => {
    await order.restart()
    const calls = Array.from({ length: 400 }, (_, number) =>
      order.turn(number, loads[number % loads.length]),
    )
    for (const [number, answer] of (await Promise.all(calls)).entries())
      isSame(answer, number, loads[number % loads.length])
  })

  test('that pile up for a busy thread, far more than any buffer holds, run in the order of the calls', async () => {
    await order.restart()
    const first = await occupied(hold)
    const calls = Array.from({ length: 10_000 }, (_, number) =>
      order.turn(number, number % 100 === 0 ? loads[(number / 100) % loads.length] : number),
    )
    first.release()
    const answers = await Promise.all(calls)
    assert.deepEqual(
      answers.filter(({ ok }) => !ok),
      [],
    )
    assert.deepEqual(
      answers.map(({ number }) => number),
      Array.from({ length: 10_000 }, (_, number) => number),
    )
    assert.deepEqual(answers[9_999].load, 9_999)
  })

  test('some of them moving what they carry, run in the order of the calls', async () => {
    await order.restart()
    const calls = Array.from({ length: 200 }, (_, number) => {
      if (number % 3 > 0) return order.turn(number, loads[number % loads.length])
      const buffer = new Uint8Array(number + 1).fill(7).buffer
      return order.turnMoving.with({ transfer: [buffer] })(number, buffer)
    })
    for (const [number, answer] of (await Promise.all(calls)).entries()) {
      assert.equal(answer.ok, true, `call ${number} came out of turn`)
      if (number % 3 === 0) assert.equal(answer.load.byteLength, number + 1)
    }
  })

  test('made one after the other by blocking code each get their own answer', async () => {
    assert.equal(await order.turnsThroughLoop(300, loads), 300)
  })
})

describe('thousands of calls', () => {
  test('one after the other all come back, awaited and blocking, and none sleeps through its answer', async () => {
    let sum = 0
    const floor = await timeOfPlainAnswers(6_000)
    const began = performance.now()
    for (let index = 0; index < 3_000; index += 1) sum = await add(sum, 1)
    assert.equal(sum, 3_000)
    assert.equal(await order.sumThroughLoop(3_000), 3_000)
    // A thread that slept through a message would find it at its next look, 100 ms later: twenty of six thousand would be seen.
    const took = performance.now() - began
    assert.ok(took < 2000 + 10 * floor, `${took} ms, plain messages ${floor} ms`)
  })
})
