/** What promises run when they are given it. `isThenable`: where the user's own async function gives one, the language resolves it. */
import { askAwaited } from './inner-calls.js'
import { having, trap, withThen } from './trap.js'

class Query {}
withThen(Query.prototype, (resolve, reject) => Promise.resolve([{ id: 1 }]).then(resolve, reject))
class Odd extends Promise {}
withThen(Odd.prototype, trap)
const of = (then) => () => withThen({ a: 1 }, then)
const rejected = () => {
  const promise = Promise.reject(new Error('hostile'))
  promise.catch(() => {})
  return promise
}
const makers = {
  'then getter throws': () => Object.defineProperty({}, 'then', { get: trap, enumerable: true }),
  'then throws': of(trap),
  'then resolves': of((resolve) => resolve(1)),
  'then resolves twice': of((resolve) => having(() => resolve(1), resolve(2))),
  'then resolves and throws': of((resolve) => having(() => resolve(1), undefined) ?? trap()),
  'then rejects': of((_resolve, reject) => reject(new Error('hostile'))),
  'then resolves with another': of((resolve) => resolve(withThen({}, (again) => again(1)))),
  'then asks': of((resolve) => having(askAwaited, resolve(1))),
  'then is a number': of(1),
  'query builder': () => new Query(),
  'function with then': () =>
    withThen(
      () => 1,
      (resolve) => resolve(1),
    ),
  'promise of its own class': () => Odd.resolve(1),
  'promise that is rejected': rejected,
  'promise that has settled': () => Promise.resolve(1),
}
const neverSettling = {
  'then never settles': of(() => {}),
  'promise that never settles': () => new Promise(() => {}),
}

const all = (from, more) =>
  Object.entries(from).map(([name, make]) => [name, { make, isThenable: true, ...more }])
export const thenables = Object.fromEntries([
  ...all(makers),
  ...all(neverSettling, { neverSettles: true }),
])
