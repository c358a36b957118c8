/** Functions and iterators, which cross as handles. */
import { trap } from './trap.js'

const withGetter = (name, fn = () => 1) => Object.defineProperty(fn, name, { get: trap })
const withOwn = (name, value) => Object.defineProperty(() => 1, name, { value })
const iterator = (more) => ({ [Symbol.iterator]: () => iterator(more), next: () => done, ...more })
const done = { done: true, value: undefined }

class Rows {
  at = 0
  next() {
    return this.at < 3 ? { done: false, value: this.at++ } : done
  }
  return() {
    return done
  }
  [Symbol.iterator]() {
    return this
  }
}
class AsyncRows extends Rows {
  [Symbol.asyncIterator]() {
    return this
  }
}
class ThrowingRows extends Rows {
  next() {
    return trap()
  }
  return() {
    return trap()
  }
}
class HiddenRows extends Rows {
  get next() {
    return trap()
  }
}

export const callables = {
  'function whose name throws': { make: () => withGetter('name') },
  'function whose length throws': { make: () => withGetter('length') },
  'function whose name is a symbol': { make: () => withOwn('name', Symbol('hostile')) },
  'function with a huge name': { make: () => withOwn('name', 'x'.repeat(2 ** 20)) },
  'function of length NaN': { make: () => withOwn('length', Number.NaN) },
  'function whose call throws': { make: () => withGetter('call') },
  'function whose apply throws': { make: () => withGetter('apply') },
  'function whose constructor throws': { make: () => withGetter('constructor') },
  'function without a prototype': { make: () => Object.setPrototypeOf(() => 1, null) },
  'function that is frozen': { make: () => Object.freeze(() => 1) },
  'function that is bound': { make: () => (() => 1).bind(null) },
  'function of the language': { make: () => Math.max },
  'function that is async': { make: () => async () => 1 },
  'function that is a generator': { make: () => function* () {} },
  class: { make: () => Rows },
  'iterator of a class': { make: () => new Rows() },
  'async iterator of a class': { make: () => new AsyncRows() },
  'iterator of a class that throws': { make: () => new ThrowingRows() },
  'iterator whose next throws when read': { make: () => new HiddenRows() },
  'iterator whose return throws when read': {
    make: () => Object.defineProperty(iterator(), 'return', { get: trap, enumerable: true }),
  },
  'iterator whose next gives no object': { make: () => iterator({ next: () => 5 }) },
  'iterator that has ended': { make: ended },
  'iterator of a list': { make: () => [1, 2][Symbol.iterator]() },
  'iterator of a map': { make: () => new Map([[1, 2]]).entries() },
}
function ended() {
  const rows = (function* () {})()
  rows.next()
  return rows
}
