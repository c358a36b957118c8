import { describe, expect, test } from 'vitest'
import { Census } from './census.js'
import { SLOT_COUNT } from './layout.js'

function threads(count: number, cores: number) {
  const memory = Census.newMemory()
  return Array.from({ length: count }, () => {
    const own = new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT)
    return { own, census: new Census(memory, own, cores) }
  })
}

describe('the census of threads', () => {
  test('has room as long as no more are awake than there are cores', () => {
    const [one, two, three] = threads(3, 2)
    one?.census.enter()
    two?.census.enter()
    expect(one?.census.hasRoom()).toBe(true)
    three?.census.enter()
    expect(one?.census.hasRoom()).toBe(false)
    two?.census.leave()
    expect(one?.census.hasRoom()).toBe(true)
  })

  test('counts a thread once, however often it says that it is awake or asleep', () => {
    const [one, two] = threads(2, 1)
    for (let time = 0; time < 3; time += 1) one?.census.enter()
    expect(one?.census.hasRoom()).toBe(true)
    for (let time = 0; time < 3; time += 1) one?.census.leave()
    two?.census.enter()
    expect(two?.census.hasRoom()).toBe(true)
    one?.census.enter()
    expect(two?.census.hasRoom()).toBe(false)
  })

  test('strikes a thread that ended while it was awake, and only then', () => {
    const [one, two] = threads(2, 1)
    for (const thread of [one, two]) thread?.census.enter()
    if (two) one?.census.strike(two.own)
    if (two) one?.census.strike(two.own)
    expect(one?.census.hasRoom()).toBe(true)
    two?.census.enter()
    expect(one?.census.hasRoom()).toBe(false)
  })
})
