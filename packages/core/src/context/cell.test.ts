import { describe, expect, test } from 'vitest'
import { Cell } from './cell.js'

const values = (cell: Cell) => Object.fromEntries(cell.values)
const NOTHING = { keys: [], values: [], deleted: [] }

/** A cell as a call finds it, and how often somebody has looked for what it began with. */
function begun(start: Record<string, unknown>) {
  const cell = new Cell()
  let looks = 0
  const unseen = { keys: Object.keys(start), values: Object.values(start), deleted: [] }
  cell.beginLater(() => {
    looks += 1
    return structuredClone(unseen)
  }, unseen)
  return { cell, unseen, looks: () => looks }
}

describe('a cell', () => {
  test('keeps what it began with where the stack ends while somebody looks', () => {
    const cell = new Cell()
    const start = { keys: ['a'], values: [1], deleted: [] }
    let looks = 0
    cell.beginLater(() => {
      looks += 1
      if (looks === 1) throw new RangeError('Maximum call stack size exceeded')
      return start
    }, start)
    expect(() => cell.values).toThrow(RangeError)
    expect(cell.snapshot()).toBe(start)
    expect(values(cell)).toEqual({ a: 1 })
  })

  test('is empty for a codec that asks for a value while it decodes one', () => {
    const cell = new Cell()
    const seen: unknown[] = []
    cell.beginLater(() => {
      seen.push(values(cell))
      return { keys: ['a'], values: [1], deleted: [] }
    })
    expect(values(cell)).toEqual({ a: 1 })
    expect(seen).toEqual([{}])
  })

  test('has no changes while nothing is set or deleted', () => {
    const cell = new Cell([['a', 1]])
    expect(values(cell)).toEqual({ a: 1 })
    expect(cell.isChanged).toBe(false)
    expect(cell.delta()).toEqual(NOTHING)
  })

  test('tells which keys were set and which deleted, each once and as it is now', () => {
    const cell = new Cell([
      ['kept', 0],
      ['gone', 1],
      ['back', 2],
    ])
    cell.set('new', 'first')
    cell.set('new', 'second')
    cell.delete('gone')
    cell.delete('back')
    cell.set('back', 3)
    cell.set('brief', 4)
    cell.delete('brief')
    const { keys, values: set, deleted } = cell.delta()
    expect(Object.fromEntries(keys.map((key, index) => [key, set[index]]))).toEqual({
      new: 'second',
      back: 3,
    })
    expect([...deleted].sort()).toEqual(['brief', 'gone'])
  })

  test('sends what is there after the changes of a call by the keys that are given for it, where it was as it had been sent', () => {
    const cell = new Cell([['a', 1]])
    const changes = { keys: ['b'], values: [2], deleted: [], after: ['a', 'b'] }
    cell.apply(changes, cell.snapshot().keys)
    expect(cell.snapshot().keys).toBe(changes.after)
    expect(cell.snapshot().values).toEqual([1, 2])
    const { keys } = cell.snapshot()
    cell.set('c', 3)
    // For a call to another thread.
    cell.snapshot()
    cell.apply(changes, keys)
    expect(cell.snapshot()).toEqual({ keys: ['a', 'b', 'c'], values: [1, 2, 3], deleted: [] })
  })

  test('counts a key as changed also when it was set to what it was', () => {
    const cell = new Cell([['a', 1]])
    cell.set('a', 1)
    expect(cell.delta()).toEqual({ keys: ['a'], values: [1], deleted: [] })
  })

  test('keeps undefined as a value', () => {
    const cell = new Cell()
    cell.set('a', undefined)
    expect(cell.values.has('a')).toBe(true)
    expect(cell.delta()).toEqual({ keys: ['a'], values: [undefined], deleted: [] })
  })

  test('does not count the deletion of what was never there', () => {
    const cell = new Cell()
    cell.delete('a')
    expect(cell.delta()).toEqual(NOTHING)
  })

  test('gives everything as a snapshot, for the other side to start from', () => {
    const cell = new Cell([['a', 1]])
    cell.set('b', 2)
    cell.delete('a')
    expect(cell.snapshot()).toEqual({ keys: ['b'], values: [2], deleted: [] })
  })

  test('gives the same snapshot until something is set, deleted or applied', () => {
    const cell = new Cell([['a', {}]])
    const change = [
      () => cell.set('a', {}),
      () => cell.delete('a'),
      () => cell.apply({ keys: ['b'], values: [1], deleted: [] }),
    ]
    for (const act of change) {
      const before = cell.snapshot()
      expect(cell.snapshot()).toBe(before)
      act()
      expect(cell.snapshot()).not.toBe(before)
      expect(Object.fromEntries(cell.values)).toEqual(
        Object.fromEntries(
          cell.snapshot().keys.map((key, at) => [key, cell.snapshot().values[at]]),
        ),
      )
    }
  })

  test('passes on what it applies: a change from below is a change to those above', () => {
    const cell = new Cell([
      ['a', 1],
      ['b', 2],
    ])
    cell.apply({ keys: ['a'], values: [10], deleted: ['b'] })
    expect(values(cell)).toEqual({ a: 10 })
    expect(cell.delta()).toEqual({ keys: ['a'], values: [10], deleted: ['b'] })
  })

  test('takes a change through any number of levels', () => {
    const levels = Array.from({ length: 5 }, () => new Cell([['x', 0]]))
    levels[0]?.set('x', 1)
    levels[0]?.set('y', 2)
    for (let level = 1; level < levels.length; level += 1)
      levels[level]?.apply(levels[level - 1]?.delta() ?? NOTHING)
    expect(levels.map(values)).toEqual(Array(5).fill({ x: 1, y: 2 }))
  })
})

describe('a cell that begins with values which nobody has looked at', () => {
  test('takes and tells changes without looking', () => {
    const { cell, looks } = begun({ a: 1, b: 2 })
    expect(cell.isEmpty).toBe(false)
    expect(cell.isChanged).toBe(false)
    cell.set('b', 20)
    cell.set('c', 30)
    expect(cell.isChanged).toBe(true)
    expect(cell.delta()).toEqual({ keys: ['b', 'c'], values: [20, 30], deleted: [] })
    expect(looks()).toBe(0)
  })

  test('takes and tells many as well', () => {
    const { cell } = begun({ a: 1 })
    const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`)
    for (let time = 0; time < 2; time += 1)
      keys.forEach((key, index) => {
        cell.set(key, index + time)
      })
    expect(cell.delta()).toEqual({
      keys,
      values: keys.map((_, index) => index + 1),
      deleted: [],
    })
    expect([...cell.values.keys()]).toEqual(['a', ...keys])
  })

  test('has them in their order when somebody looks, with what was set meanwhile, which stays a change', () => {
    const { cell, looks } = begun({ a: 1, b: 2 })
    cell.set('c', 30)
    cell.set('a', 10)
    expect([...cell.values]).toEqual([
      ['a', 10],
      ['b', 2],
      ['c', 30],
    ])
    cell.set('d', 40)
    expect(cell.delta()).toEqual({ keys: ['c', 'a', 'd'], values: [30, 10, 40], deleted: [] })
    expect(values(cell)).toEqual({ a: 10, b: 2, c: 30, d: 40 })
    expect(looks()).toBe(1)
  })

  test('tells that one of them was deleted, and that one was set and deleted', () => {
    const { cell } = begun({ a: 1, b: 2 })
    cell.set('c', 3)
    cell.delete('c')
    cell.delete('a')
    expect(values(cell)).toEqual({ b: 2 })
    expect(cell.delta()).toEqual({ keys: [], values: [], deleted: ['c', 'a'] })
  })

  test('sends them on unseen, and from the first look on what that has found', () => {
    const { cell, unseen } = begun({ user: { name: 'ada' } })
    expect(cell.snapshot()).toBe(unseen)
    const user = cell.values.get('user') as { name: string }
    user.name = 'bob'
    expect(cell.snapshot().values).toEqual([{ name: 'bob' }])
    expect(unseen.values).toEqual([{ name: 'ada' }])
  })

  test('sends on what was set as well', () => {
    const { cell } = begun({ a: 1 })
    cell.set('b', 2)
    expect(cell.snapshot()).toEqual({ keys: ['a', 'b'], values: [1, 2], deleted: [] })
  })

  test('keeps what was set where the others can’t be read', () => {
    const cell = new Cell()
    cell.beginLater(() => {
      throw new Error('unreadable')
    })
    cell.set('a', 1)
    expect(() => cell.values).toThrow('unreadable')
    expect(cell.delta()).toEqual({ keys: ['a'], values: [1], deleted: [] })
  })
})

describe('a fork of a cell', () => {
  test('begins with the same values, without changes, and neither sees the other’s', () => {
    const cell = new Cell()
    cell.set('a', 1)
    cell.critical.set('db', 'open')
    const fork = cell.fork()
    expect(values(fork)).toEqual({ a: 1 })
    expect(fork.delta()).toEqual(NOTHING)
    fork.set('a', 2)
    fork.critical.set('db', 'other')
    cell.set('b', 3)
    expect(values(cell)).toEqual({ a: 1, b: 3 })
    expect(values(fork)).toEqual({ a: 2 })
    expect(cell.critical.get('db')).toBe('open')
  })
})
