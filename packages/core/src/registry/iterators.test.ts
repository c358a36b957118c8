import { describe, expect, test, vi } from 'vitest'
import { isAsyncIterator, isIterator } from './iterators.js'

const step = () => ({ value: 1, done: false })

class Rows {
  next = step;
  [Symbol.iterator]() {
    return this
  }
}
class Pages {
  next() {
    return Promise.resolve(step())
  }
  [Symbol.asyncIterator]() {
    return this
  }
}
class Base {
  next() {
    return step()
  }
}

describe('what is made to be iterated over once', () => {
  test.each([
    ['a generator', (function* () {})()],
    ['an iterator of a Map', new Map().keys()],
    ['an instance that is its own iterator', new Rows()],
    ['an instance that is its own async iterator', new Pages()],
    [
      'an instance that inherits its methods',
      new (class extends Base {
        [Symbol.iterator] = () => this
      })(),
    ],
    [
      'an object that is its own iterator',
      {
        next: step,
        [Symbol.iterator]() {
          return this
        },
      },
    ],
  ])('%s', (_, value) => {
    expect(isIterator(value)).toBe(true)
  })

  test('gives promises where it is async', () => {
    expect(isAsyncIterator(new Pages())).toBe(true)
    expect(isAsyncIterator(new Rows())).toBe(false)
  })
})

describe('what is not', () => {
  class List {
    items = [1]
    next() {
      return this.items[0]
    }
    *[Symbol.iterator]() {
      yield* this.items
    }
  }
  const fail = () => {
    throw new Error('asked')
  }
  test.each<[string, object]>([
    ['an array', [1]],
    ['a node of a linked list', { value: 1, next: { value: 2, next: undefined } }],
    ['a node that has a method called next', new Base()],
    ['a collection that gives a new iterator each time', new List()],
    ['a collection without next', { *[Symbol.iterator]() {} }],
    ['one whose iterator method throws', { next: step, [Symbol.iterator]: fail }],
    [
      'one whose next is a getter',
      {
        get next() {
          return fail()
        },
        [Symbol.iterator]() {
          return this
        },
      },
    ],
    ['a proxy whose traps throw', Object.create(new Proxy({}, { has: fail, get: fail }))],
    [
      'a generator whose next is a getter that throws',
      Object.defineProperty((function* () {})(), 'next', { get: fail }),
    ],
  ])('%s', (_, value) => {
    expect(isIterator(value)).toBe(false)
  })

  test('is asked once for each class', () => {
    const asked = vi.fn(() => [].values())
    class Collection {
      next() {}
    }
    Object.defineProperty(Collection.prototype, Symbol.iterator, { value: asked })
    for (let time = 0; time < 5; time += 1) expect(isIterator(new Collection())).toBe(false)
    expect(asked).toHaveBeenCalledTimes(1)
  })
})
