import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Spin } from './spin.js'

// A clock of its own: how long a look takes is not up to the machine.
let now = 0

beforeEach(() => {
  now = 1000
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now)
  return () => spy.mockRestore()
})

/** A look takes 1 µs. */
function looking(finds: () => boolean) {
  return () => {
    now += 0.001
    return finds()
  }
}

const nothing = looking(() => false)

/** Finds something at its nth look. */
function findsAt(count: number) {
  let looks = 0
  return looking(() => {
    looks += 1
    return looks >= count
  })
}

/** One whose thread has waited for something a moment ago. */
function talking(hasRoom?: () => boolean): Spin {
  const spin = new Spin(true, hasRoom)
  spin.until(() => true)
  return spin
}

describe('spinning', () => {
  test('finds what comes while it looks', () => {
    expect(talking().until(findsAt(20))).toBe(true)
  })

  test('ends by itself where nothing comes', () => {
    const before = now
    expect(talking().until(nothing)).toBe(false)
    expect(now - before).toBeGreaterThan(0.15)
    expect(now - before).toBeLessThan(0.2)
  })

  test('does not look at all where it is not allowed', () => {
    const spin = new Spin(false)
    expect(spin.until(() => true)).toBe(false)
    spin.isAllowed = true
    expect(spin.until(() => true)).toBe(true)
  })

  test('ends where somebody else needs the core', () => {
    let looks = 0
    const spin = talking(() => looks < 40)
    const look = looking(() => {
      looks += 1
      return false
    })
    expect(spin.until(look)).toBe(false)
    const before = looks
    expect(spin.until(look)).toBe(false)
    expect(looks).toBe(before)
  })

  test('becomes rare while it is of no use, and is there again after one success', () => {
    const spin = talking()
    expect(longLooks(spin, 1)).toBe(1)
    // After 1, 2, 3 … failures it is left out 1, 3, 7 … times.
    expect(longLooks(spin, 1 + 1 + 3 + 1 + 7 + 1)).toBe(3)
    expect(longLooks(spin, 500)).toBeLessThan(8)
    while (!spin.until(findsAt(3)));
    expect(longLooks(spin, 1)).toBe(1)
  })

  test('looks once where the last thing to wait for was long ago, and learns nothing from that', () => {
    const spin = talking()
    for (let calls = 0; calls < 20; calls += 1) {
      now += 2
      expect(longLooks(spin, 1)).toBe(0)
    }
    expect(longLooks(spin, 1)).toBe(1)
    now += 2
    expect(spin.until(() => true)).toBe(true)
  })
})

/** How many of so many attempts look more than once. */
function longLooks(spin: Spin, attempts: number): number {
  let count = 0
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    let looks = 0
    spin.until(
      looking(() => {
        looks += 1
        return false
      }),
    )
    if (looks > 1) count += 1
  }
  return count
}
