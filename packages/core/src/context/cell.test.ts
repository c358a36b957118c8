import { describe, expect, test } from 'vitest'
import { Cell } from './cell.js'

const values = (cell: Cell) => Object.fromEntries(cell.values)

describe('a cell', () => {
  test('has no changes while nothing is set or deleted', () => {
    const cell = new Cell([['a', 1]])
    cell.begin([['b', 2]])
    expect(values(cell)).toEqual({ a: 1, b: 2 })
    expect(cell.delta()).toEqual({ set: [], deleted: [] })
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
    const { set, deleted } = cell.delta()
    expect(Object.fromEntries(set)).toEqual({ new: 'second', back: 3 })
    expect([...deleted].sort()).toEqual(['brief', 'gone'])
  })

  test('counts a key as changed also when it was set to what it was', () => {
    const cell = new Cell([['a', 1]])
    cell.set('a', 1)
    expect(cell.delta().set).toEqual([['a', 1]])
  })

  test('keeps undefined as a value', () => {
    const cell = new Cell()
    cell.set('a', undefined)
    expect(cell.values.has('a')).toBe(true)
    expect(cell.delta()).toEqual({ set: [['a', undefined]], deleted: [] })
  })

  test('does not count the deletion of what was never there', () => {
    const cell = new Cell()
    cell.delete('a')
    expect(cell.delta()).toEqual({ set: [], deleted: [] })
  })

  test('gives everything as a snapshot, for the other side to start from', () => {
    const cell = new Cell([['a', 1]])
    cell.set('b', 2)
    cell.delete('a')
    expect(cell.snapshot()).toEqual({ set: [['b', 2]], deleted: [] })
  })

  test('passes on what it applies: a change from below is a change to those above', () => {
    const cell = new Cell([
      ['a', 1],
      ['b', 2],
    ])
    cell.apply({ set: [['a', 10]], deleted: ['b'] })
    expect(values(cell)).toEqual({ a: 10 })
    expect(cell.delta()).toEqual({ set: [['a', 10]], deleted: ['b'] })
  })

  test('takes a change through any number of levels', () => {
    const levels = Array.from({ length: 5 }, () => new Cell([['x', 0]]))
    levels[0]?.set('x', 1)
    levels[0]?.set('y', 2)
    for (let level = 1; level < levels.length; level += 1)
      levels[level]?.apply(levels[level - 1]?.delta() ?? { set: [], deleted: [] })
    expect(levels.map(values)).toEqual(Array(5).fill({ x: 1, y: 2 }))
  })
})

describe('a fork of a cell', () => {
  test('begins with the same values, without changes, and neither sees the other’s', () => {
    const cell = new Cell()
    cell.set('a', 1)
    cell.critical.set('db', 'open')
    const fork = cell.fork()
    expect(values(fork)).toEqual({ a: 1 })
    expect(fork.delta()).toEqual({ set: [], deleted: [] })
    fork.set('a', 2)
    fork.critical.set('db', 'other')
    cell.set('b', 3)
    expect(values(cell)).toEqual({ a: 1, b: 3 })
    expect(values(fork)).toEqual({ a: 2 })
    expect(cell.critical.get('db')).toBe('open')
  })
})
