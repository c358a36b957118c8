import { describe, expect, test } from 'vitest'
import { Call } from '../call/call.js'
import { QueueFullError } from '../errors.js'
import type { CallRequest } from '../protocol.js'
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

  test('refuses past its limit by QueueFullError, naming the function and the option', () => {
    const [call] = calls(1) as [Call]
    refuseFull(call, 'calls', 5, 'pool.maxQueue')
    const failure = (call.settlement as { failure: QueueFullError }).failure
    expect(failure).toBeInstanceOf(QueueFullError)
    expect(failure.message).toMatch(/^f \(.*5 calls.*pool\.maxQueue/)
    expect(failure.function).toBe(call.label)
  })
})
