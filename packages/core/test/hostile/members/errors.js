/** Errors that run code when they are explained. */
import { AssertionError } from 'node:assert'
import { trap } from './trap.js'

const error = () => new Error('hostile')
const withGetter = (name, make = error) =>
  Object.defineProperty(make(), name, { get: trap, configurable: true })
const withOwn = (name, value) =>
  Object.defineProperty(error(), name, { value, configurable: true, writable: true })
const own = [
  'name',
  'message',
  'stack',
  'cause',
  'code',
  'constructor',
  'errors',
  'toString',
  'then',
]

class Private extends Error {
  #secret = 1
  get name() {
    return trap()
  }
  get secret() {
    return this.#secret
  }
}

export const errors = {
  ...Object.fromEntries(
    own.flatMap((name) => [
      [`error whose ${name} throws`, { make: () => withGetter(name), isThenable: name === 'then' }],
      [`error whose ${name} is a symbol`, { make: () => withOwn(name, Symbol('hostile')) }],
      [`error whose ${name} is an object`, { make: () => withOwn(name, { toString: trap }) }],
    ]),
  ),
  'error with a property that throws': {
    make: () => Object.defineProperty(error(), 'own', { get: trap, enumerable: true }),
  },
  'error of a class that throws': { make: () => new Private('hostile') },
  'error without a prototype': { make: () => Object.setPrototypeOf(error(), null) },
  'error that is frozen': { make: () => Object.freeze(error()) },
  'AggregateError whose errors throw': {
    make: () => withGetter('errors', () => new AggregateError([], 'hostile')),
  },
  'AggregateError of odd things': {
    make: () => new AggregateError([undefined, Symbol('hostile'), () => 1, error()], 'hostile'),
  },
  'AggregateError whose errors are none': {
    make: () => Object.assign(new AggregateError([], 'hostile'), { errors: 5 }),
  },
  'DOMException with a cause': { make: () => new DOMException('hostile', { name: 'AbortError' }) },
  'error with a promise': { make: () => Object.assign(error(), { later: Promise.resolve() }) },
  'error with a function': { make: () => Object.assign(error(), { fn: () => 1 }) },
  'error with a huge message': { make: () => new Error(`hostile ${'x'.repeat(2 ** 21)}`) },
  AssertionError: {
    make: () => new AssertionError({ message: 'hostile', actual: 1, expected: 2, operator: 'x' }),
  },
}
