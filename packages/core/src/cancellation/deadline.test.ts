import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { assertTimeout, Deadline } from './deadline.js'
import { after, orAfter } from './timer.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a deadline', () => {
  test('is one instant, however often it is asked', () => {
    const deadline = new Deadline(100)
    expect(deadline.remaining()).toBe(100)
    vi.advanceTimersByTime(60)
    expect(deadline.remaining()).toBe(40)
    vi.advanceTimersByTime(60)
    expect(deadline.remaining()).toBe(0)
    expect(deadline.timeout).toBe(100)
  })

  test('without a timeout is never', () => {
    expect(new Deadline().remaining()).toBe(Number.POSITIVE_INFINITY)
    expect(new Deadline(Number.POSITIVE_INFINITY).remaining()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('assertTimeout', () => {
  test('takes what is a positive number of milliseconds, or nothing', () => {
    for (const timeout of [undefined, 1, 0.5, 2 ** 40])
      expect(() => assertTimeout(timeout, 'f')).not.toThrow()
  })

  test('refuses anything else, with the name of the owner', () => {
    for (const timeout of [0, -1, Number.NaN, '5', null, {}, true])
      expect(() => assertTimeout(timeout, 'syncToAsync')).toThrow(/syncToAsync: timeout/)
    expect(() => assertTimeout(-1, 'f')).toThrow(TypeError)
  })
})

describe('after', () => {
  test('calls once, when the time has passed, and not when it was called off', () => {
    const [kept, dropped] = [vi.fn(), vi.fn()]
    after(50, kept)
    after(50, dropped)()
    vi.advanceTimersByTime(49)
    expect(kept).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(1000)
    expect(kept).toHaveBeenCalledTimes(1)
    expect(dropped).not.toHaveBeenCalled()
  })

  test('takes longer times than a timer of Node’s, to the millisecond', () => {
    const heard = vi.fn()
    const ms = 2 ** 31 * 3 + 7
    after(ms, heard)
    vi.advanceTimersByTime(ms - 1)
    expect(heard).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('can be called off in the middle of a long time', () => {
    const heard = vi.fn()
    const stop = after(2 ** 32, heard)
    vi.advanceTimersByTime(2 ** 31 + 5)
    stop()
    vi.advanceTimersByTime(2 ** 32)
    expect(heard).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('of Infinity sets no timer', () => {
    after(Number.POSITIVE_INFINITY, vi.fn())()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('orAfter', () => {
  test('gives what the promise gives, and leaves no timer', async () => {
    await expect(orAfter(Promise.resolve('value'), 50)).resolves.toBe('value')
    await expect(orAfter(Promise.reject(new Error('failed')), 50)).rejects.toThrow('failed')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gives undefined when the time has passed', async () => {
    const result = orAfter(new Promise(() => undefined), 50)
    vi.advanceTimersByTime(50)
    await expect(result).resolves.toBeUndefined()
  })
})
