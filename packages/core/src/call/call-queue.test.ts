import { describe, expect, test } from 'vitest'
import { QueueFullError } from '../errors.js'
import type { CallRequest } from '../protocol.js'
import { Call } from './call.js'
import { CallQueue, refuseFull } from './call-queue.js'

const request = { ref: { name: 'f', module: 'file:///f.js' } } as CallRequest
const calls = (count: number) => Array.from({ length: count }, () => new Call(request))

describe('a queue of calls', () => {
  test('is first come, first served', () => {
    const queue = new CallQueue()
    const [one, two] = calls(2) as [Call, Call]
    queue.push(one)
    queue.push(two)
    expect(queue.length).toBe(2)
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([one, two, undefined])
  })

  test('lets a call be withdrawn while it waits, and only then', () => {
    const queue = new CallQueue()
    const [one, two, three] = calls(3) as [Call, Call, Call]
    for (const call of [one, two, three]) queue.push(call)
    const withdraw = two.withdraw
    withdraw?.()
    withdraw?.()
    expect(two.withdraw).toBeUndefined()
    expect(queue.length).toBe(2)
    expect(queue.shift()).toBe(one)
    expect(one.withdraw).toBeUndefined()
    expect(queue.clear()).toEqual([three])
    expect(three.withdraw).toBeUndefined()
    expect(queue.length).toBe(0)
  })

  test('keeps its order through thousands that come, go and are withdrawn', () => {
    const queue = new CallQueue()
    const expected: Call[] = []
    for (let round = 0; round < 50; round += 1) {
      for (const [index, call] of calls(200).entries()) {
        queue.push(call)
        if (index % 7 === 3) call.withdraw?.()
        else expected.push(call)
      }
      for (let left = 120; left > 0; left -= 1) {
        const next = queue.first
        expect(queue.shift()).toBe(next)
        expect(next).toBe(expected.shift())
      }
      expect(queue.length).toBe(expected.length)
    }
    expect(queue.clear()).toEqual(expected)
  })

  test('finds the newest one, however many newer ones were withdrawn', () => {
    const queue = new CallQueue()
    const all = calls(30_000)
    const timeOf = (work: (call: Call) => void) => {
      const began = performance.now()
      for (const call of all) work(call)
      return performance.now() - began
    }
    const pushing = timeOf((call) => queue.push(call))
    expect(queue.shift()).toBe(all[0])
    const older = all.slice(1)
    const withdrawing = timeOf(() => {
      expect(queue.last).toBe(older.pop())
      queue.last?.withdraw?.()
    })
    expect([queue.length, queue.first, queue.last]).toEqual([0, undefined, undefined])
    const [one, two] = calls(2) as [Call, Call]
    queue.push(one)
    queue.push(two)
    one.withdraw?.()
    expect([queue.last, queue.shift(), queue.last]).toEqual([two, two, undefined])
    // Were all gaps gone through each time, it would take thousands of times as long.
    expect(withdrawing).toBeLessThan(100 * (pushing + 1))
  })

  test('takes calls back in front of those that wait', () => {
    const queue = new CallQueue()
    const [one, two, three] = calls(3) as [Call, Call, Call]
    for (const call of [one, two, three]) queue.push(call)
    queue.putBack([queue.shift() as Call, queue.shift() as Call])
    two.withdraw?.()
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([one, three, undefined])
  })

  test('refuses past its limit by QueueFullError, naming the function and the option', () => {
    const [call] = calls(1) as [Call]
    refuseFull(call, 'calls', 5, 'pool.maxQueue')
    const failure = (call.settlement as { failure: QueueFullError }).failure
    expect(failure).toBeInstanceOf(QueueFullError)
    expect(failure.message).toMatch(/^f \(.*5 calls.*pool\.maxQueue/)
    expect(failure.function).toBe(call.label)
  })
})
