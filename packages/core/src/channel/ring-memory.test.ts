import { describe, expect, test } from 'vitest'
import { Ring } from './ring.js'
import { RingMemory } from './ring-memory.js'

describe('the memory of rings', () => {
  test('is used again, and shows nothing of what was written before', () => {
    const memory = new RingMemory()
    const rings = memory.take()
    const writer = new Ring(rings.down)
    writer.begin()
    writer.commit(8, 1)
    writer.countMail()
    expect(new Ring(rings.down).peek()).toBeGreaterThan(0)
    memory.giveBack(rings)
    const next = memory.take()
    expect(next.down).toBe(rings.down)
    const reader = new Ring(next.down)
    expect([reader.peek(), reader.hasRecord(), reader.mailCount()]).toEqual([-1, false, 0])
    const again = new Ring(next.down)
    again.begin()
    again.commit(16, 7)
    expect(reader.numberAt(reader.peek())).toBe(7)
  })

  test('is another one for each thread that lives', () => {
    const memory = new RingMemory()
    const all = Array.from({ length: 20 }, () => memory.take())
    expect(new Set(all.flatMap(({ down, up }) => [down, up])).size).toBe(40)
    for (const rings of all) memory.giveBack(rings)
    const next = Array.from({ length: 20 }, () => memory.take())
    expect(new Set(next.flatMap(({ down, up }) => [down, up])).size).toBe(40)
  })
})
