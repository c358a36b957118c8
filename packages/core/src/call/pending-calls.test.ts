import { describe, expect, test } from 'vitest'
import type { CallRequest } from '../protocol.js'
import { Call } from './call.js'
import { PendingCalls } from './pending-calls.js'

const newCall = () => new Call({} as CallRequest)

describe('the number of a call', () => {
  test('does not come again for millions of calls, one after the other', () => {
    const pending = new PendingCalls()
    const call = newCall()
    let last = 0
    let risen = 0
    for (let count = 0; count < 3_000_000; count += 1) {
      const id = pending.add(call)
      if (id > last) risen += 1
      last = id
      pending.remove(id)
    }
    expect(risen).toBe(3_000_000)
    expect(last).toBe(3_000_000)
  })

  test('is never that of another call that is under way, however long that takes', () => {
    const pending = new PendingCalls()
    const slow = Array.from({ length: 1000 }, newCall)
    const ids = new Map(slow.map((call) => [pending.add(call), call]))
    const quick = newCall()
    let clashes = 0
    for (let count = 0; count < 100_000; count += 1) {
      const id = pending.add(quick)
      if (ids.has(id)) clashes += 1
      pending.remove(id)
    }
    expect(clashes).toBe(0)
    expect(pending.size).toBe(1000)
    for (const [id, call] of ids) expect(pending.remove(id)).toBe(call)
    expect(pending.size).toBe(0)
  })

  test('is a small integer also after the last of them, and is not 0', () => {
    const pending = new PendingCalls(2 ** 31 - 3)
    const given = Array.from({ length: 4 }, () => pending.add(newCall()))
    expect(given).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 1, 2])
  })

  test('finds nothing that has come back, nor what was never given', () => {
    const pending = new PendingCalls()
    const [first, second] = [newCall(), newCall()]
    const id = pending.add(first)
    expect(pending.idOf(second)).toBeUndefined()
    for (const strange of [0, -1, id + 64, id + 2 ** 31, 2 ** 40, 0.5, Number.NaN])
      expect(pending.remove(strange)).toBeUndefined()
    expect(pending.remove(id)).toBe(first)
    expect(pending.remove(id)).toBeUndefined()
    const again = pending.add(first)
    expect(again).not.toBe(id)
    expect(pending.remove(id)).toBeUndefined()
    expect(pending.idOf(first)).toBe(again)
  })

  test('is found in a crowd, and after it', () => {
    const pending = new PendingCalls()
    const crowd = Array.from({ length: 100_000 }, newCall)
    const ids = crowd.map((call) => pending.add(call))
    expect(new Set(ids).size).toBe(100_000)
    expect(pending.size).toBe(100_000)
    expect(ids.every((id, index) => pending.remove(id) === crowd[index])).toBe(true)
    expect(pending.size).toBe(0)
    const late = newCall()
    expect(ids).not.toContain(pending.add(late))
    expect(pending.idOf(late)).toBe(late.id)
  })
})
