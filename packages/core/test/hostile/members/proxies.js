/** Proxies that throw, that have been revoked, or that never end. */
import { askAwaited } from './inner-calls.js'
import { having, trap } from './trap.js'

const traps = [
  'get',
  'has',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'isExtensible',
  'set',
  'defineProperty',
]
const nothing = () => {}
const targets = {
  object: () => ({ a: 1 }),
  list: () => [1, { a: 1 }],
  function: () => () => 1,
  error: () => new Error('hostile'),
  date: () => new Date(0),
  map: () => new Map([[1, 2]]),
  promise: () => Promise.resolve(1),
  buffer: () => Buffer.from('text'),
}
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
const all = Object.fromEntries(traps.map((name) => [name, trap]))

export const proxies = {
  ...Object.fromEntries(
    traps.map((name) => [
      `proxy whose ${name} throws`,
      { make: () => new Proxy({ a: 1 }, { [name]: trap }) },
    ]),
  ),
  ...Object.fromEntries(
    ['get', 'ownKeys', 'getPrototypeOf'].map((name) => [
      `proxy of a list whose ${name} throws`,
      { make: () => new Proxy([1, 2], { [name]: trap }) },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(targets).flatMap(([name, make]) => [
      [`proxy of ${name} that throws`, { make: () => new Proxy(make(), all) }],
      [`proxy of ${name} that does nothing`, { make: () => new Proxy(make(), {}) }],
      [`proxy of ${name}, revoked`, { make: () => revoked(make()) }],
    ]),
  ),
  'prototype that is a throwing proxy': {
    make: () => Object.create(new Proxy({}, all), { a: { value: 1, enumerable: true } }),
  },
  'prototype that is revoked': {
    make() {
      const { proxy, revoke } = Proxy.revocable({}, {})
      const object = Object.defineProperty(Object.create(proxy), 'a', {
        value: 1,
        enumerable: true,
      })
      revoke()
      return object
    },
  },
  'function whose prototype is revoked': {
    // It comes home as itself, and a promise that is given it looks for its `then`.
    isThenable: true,
    make: () => Object.setPrototypeOf(() => 1, revoked(Function.prototype)),
  },
  'proxy that answers everything with itself': { make: mock },
  'proxy of new ones without end': { make: endless },
  'proxy that lists what is not there': {
    make: () => new Proxy({}, { ownKeys: () => ['a', 'b'] }),
  },
  'proxy that asks': {
    make: () =>
      new Proxy(
        { a: 1, b: 2 },
        { get: (target, name) => having(name === 'a' ? askAwaited : nothing, target[name]) },
      ),
  },
  'proxy of a proxy, revoked': { make: () => new Proxy(revoked({}), {}) },
  'proxy that is revoked while it is read': {
    make() {
      const { proxy, revoke } = Proxy.revocable(
        { a: 1, b: { c: 1 } },
        { get: (target, name) => having(name === 'b' ? revoke : nothing, target[name]) },
      )
      return proxy
    },
  },
}

function mock() {
  const target = () => 1
  const proxy = new Proxy(target, { get: () => proxy, apply: () => proxy })
  return proxy
}
function endless() {
  return new Proxy(
    { a: 1 },
    { get: (_target, name) => (typeof name === 'string' ? endless() : undefined) },
  )
}
