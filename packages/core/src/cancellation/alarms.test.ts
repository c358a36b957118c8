import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Alarms } from './alarms.js'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

describe('an alarm', () => {
  test('rings by itself where the event loop turns', () => {
    const alarms = new Alarms()
    const rung: string[] = []
    alarms.after(20, () => rung.push('b'))
    alarms.after(10, () => rung.push('a'))
    vi.advanceTimersByTime(15)
    expect(rung).toEqual(['a'])
    vi.advanceTimersByTime(5)
    expect(rung).toEqual(['a', 'b'])
    alarms.ringDue()
    expect(rung).toEqual(['a', 'b'])
  })

  test('that has been called off does not ring', () => {
    const alarms = new Alarms()
    const ring = vi.fn()
    alarms.after(10, ring)()
    vi.advanceTimersByTime(20)
    alarms.ringDue()
    expect(ring).not.toHaveBeenCalled()
  })

  test('of infinite time never rings', () => {
    const alarms = new Alarms()
    const ring = vi.fn()
    alarms.after(Number.POSITIVE_INFINITY, ring)
    vi.advanceTimersByTime(2 ** 32)
    alarms.ringDue()
    expect(ring).not.toHaveBeenCalled()
  })
})

describe('on a thread whose event loop stands still', () => {
  test('what is due rings when it is asked for, once and in order, and what is not due does not', () => {
    vi.useRealTimers()
    const alarms = new Alarms()
    const rung: string[] = []
    const stops = [
      alarms.after(20, () => rung.push('second'), false),
      alarms.after(5, () => rung.push('first'), false),
      alarms.after(60_000, () => rung.push('later'), false),
    ]
    alarms.ringDue()
    expect(rung).toEqual([])
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
    alarms.ringDue()
    alarms.ringDue()
    expect(rung).toEqual(['first', 'second'])
    for (const stop of stops) stop()
  })

  test('an alarm may set another, which rings in its turn', () => {
    vi.useRealTimers()
    const alarms = new Alarms()
    const rung: string[] = []
    alarms.after(1, () => {
      rung.push('first')
      alarms.after(1, () => rung.push('second'), false)
    })
    for (let times = 0; times < 2; times += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      alarms.ringDue()
    }
    expect(rung).toEqual(['first', 'second'])
  })
})
