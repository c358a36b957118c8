import { describe, expect, test } from 'vitest'
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

  test('looks after a wake-up that took long, whatever it has learned', () => {
    const spin = new Spin(true)
    const isLooking = () => {
      let looks = 0
      spin.until(() => {
        looks += 1
        return looks > 2
      })
      return looks > 1
    }
    while (!spin.isResting) spin.until(nothing)
    expect(isLooking()).toBe(false)
    while (!spin.isResting) spin.until(nothing)
    spin.noteWakeUp(0.05)
    expect(isLooking()).toBe(true)
    // Of that wake-up only.
    while (!spin.isResting) spin.until(nothing)
    spin.noteWakeUp(0.001)
    expect(isLooking()).toBe(false)
  })
})
