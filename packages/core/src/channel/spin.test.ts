import { describe, expect, test, vi } from 'vitest'
import { Spin } from './spin.js'

const nothing = () => false

/** Finds something at its nth look. */
function findsAt(count: number) {
  let looks = 0
  return () => {
    looks += 1
    return looks >= count
  }
}

describe('spinning', () => {
  test('finds what comes while it looks', () => {
    expect(new Spin(true).until(findsAt(20))).toBe(true)
  })

  test('ends by itself where nothing comes', () => {
    expect(new Spin(true).until(nothing)).toBe(false)
  })

  test('does not look at all where it is not allowed', () => {
    const spin = new Spin(false)
    expect(spin.until(() => true)).toBe(false)
    spin.isAllowed = true
    expect(spin.until(() => true)).toBe(true)
  })

  test('ends where somebody else needs the core', () => {
    let looks = 0
    const spin = new Spin(true, () => looks < 40)
    const look = () => {
      looks += 1
      return false
    }
    expect(spin.until(look)).toBe(false)
    const before = looks
    expect(spin.until(look)).toBe(false)
    expect(looks).toBe(before)
  })

  test('becomes rare while it is of no use, and is there again after one success', () => {
    const spin = new Spin(true)
    const longLooks = () => {
      let looks = 0
      spin.until(() => {
        looks += 1
        return false
      })
      return looks > 1
    }
    const count = (attempts: number) =>
      Array.from({ length: attempts }, longLooks).filter(Boolean).length
    expect(count(1)).toBe(1)
    // After 1, 2, 3 … failures it is left out 1, 3, 7 … times.
    expect(count(1 + 1 + 3 + 1 + 7 + 1)).toBe(3)
    expect(count(500)).toBeLessThan(8)
    while (!spin.until(findsAt(3)));
    expect(count(1)).toBe(1)
  })

  test('looks after a wake-up that took long and came after a pause, whatever it has learned', () => {
    const clock = vi.spyOn(performance, 'now')
    try {
      let now = 1000
      clock.mockImplementation(() => now)
      const spin = new Spin(true)
      const isLookingAfter = (pause: number, time: number) => {
        // Until it has learned not to. A look that finds nothing ends by the clock.
        while (spin.beginWakeUp() === 0) {
          spin.until(() => {
            now += 1
            return false
          })
          now += 10
        }
        now += pause
        const began = spin.beginWakeUp()
        now += time
        spin.noteWakeUp(began)
        let looks = 0
        spin.until(() => {
          looks += 1
          return looks > 2
        })
        return looks > 1
      }
      expect(isLookingAfter(2, 0.05)).toBe(true)
      expect(isLookingAfter(2, 0.001)).toBe(false)
      expect(isLookingAfter(0.5, 0.05)).toBe(false)
    } finally {
      clock.mockRestore()
    }
  })
})
