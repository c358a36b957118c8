import { describe, expect, test } from 'vitest'
import { Bursts } from './bursts.js'

/** @returns how many of the wake-ups of a burst may wait. */
function burst(bursts: Bursts, calls: number): number {
  const waiting = Array.from({ length: calls }, () => bursts.mayWait()).filter(Boolean).length
  bursts.end()
  return waiting
}

describe('a burst of calls', () => {
  test('wakes its thread at once the first time', () => {
    expect(burst(new Bursts(false), 100)).toBe(0)
  })

  test('waits, after another, for no more than half of what was made then', () => {
    const bursts = new Bursts(false)
    burst(bursts, 10)
    expect(burst(bursts, 10)).toBe(4)
    burst(bursts, 1000)
    expect(burst(bursts, 1000)).toBe(15)
  })

  test('waits to its end where nothing could run meanwhile', () => {
    const bursts = new Bursts(true)
    burst(bursts, 10)
    expect(burst(bursts, 1000)).toBe(1000)
  })

  test('of a few calls is none', () => {
    const bursts = new Bursts(true)
    for (let round = 0; round < 5; round += 1) expect(burst(bursts, 3)).toBe(0)
  })

  test('is not forgotten where nothing is called for a while', () => {
    const bursts = new Bursts(true)
    burst(bursts, 10)
    bursts.end()
    expect(burst(bursts, 10)).toBe(10)
  })
})
