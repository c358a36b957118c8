import { describe, expect, test } from 'vitest'
import { callWith } from './call.fixture.js'
import type { Call } from './call.js'
import { FairQueue } from './fair-queue.js'

const callOf = (context: string) => callWith({ context })

describe('a fair queue', () => {
  test('gives each group its turn, and keeps the order within it', () => {
    const queue = new FairQueue()
    const [a, b, other] = [callOf('a'), callOf('a'), callOf('b')]
    for (const call of [a, b, other]) queue.push(call)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
      a,
      other,
      b,
      undefined,
    ])
  })

  test('knows how many wait, whatever becomes of them', () => {
    const queue = new FairQueue()
    const calls = Array.from({ length: 12 }, (_, index) => callOf(`${index % 3}`))
    for (const call of calls) queue.push(call)
    expect(queue.length).toBe(12)
    calls[4]?.withdraw?.()
    calls[4]?.withdraw?.()
    expect(queue.length).toBe(11)
    const taken = [queue.shift(), queue.shift()] as Call[]
    expect(queue.length).toBe(9)
    queue.putBack(taken)
    expect(queue.length).toBe(11)
    while (queue.shift());
    expect(queue.length).toBe(0)
  })
})
