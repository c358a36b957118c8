/** Objects whose properties run code, or lie about what they are. */
import { MessageChannel } from 'node:worker_threads'
import { askAwaited, askBlocking } from './inner-calls.js'
import { having, trap } from './trap.js'

const withGetter = (get, name = 'value') =>
  Object.defineProperty({ before: 1 }, name, { get, enumerable: true, configurable: true })
/** Is read, then gives `value`. */
const after = (act, value = 3) => withGetter(() => having(act, value))

export const getters = {
  'getter throws': { make: () => withGetter(trap) },
  'getter throws null': { make: () => withGetter(() => throwIt(null)) },
  'getter throws a symbol': { make: () => withGetter(() => throwIt(Symbol('hostile'))) },
  'getter throws a revoked proxy': { make: () => withGetter(() => throwIt(revoked())) },
  'getter throws an error that throws': {
    make: () =>
      withGetter(() => throwIt(Object.defineProperty(new Error(), 'message', { get: trap }))),
  },
  'getter prints': { make: () => after(() => console.log('hostile print')), arrives: true },
  'getter posts': { make: () => after(post), arrives: true },
  'getter asks awaited': { make: () => after(askAwaited), arrives: true },
  'getter asks blocking': { make: () => after(askBlocking), arrives: true },
  'getter asks both': { make: () => after(() => having(askAwaited, askBlocking())), arrives: true },
  'getter throws the second time': { make: () => withGetter(onlyOnce()) },
  'getter changes its object': { make: changing },
  'getter grows its list': { make: growing },
  'getter without end': { make: endless },
  'getter gives a function': { make: () => withGetter(() => () => 1) },
  'getter gives itself': { make: itself, arrives: true },
}

export const named = {
  // What fails with it is wrong in the crossing, not in the value.
  'nothing odd': { make: () => ({ a: [1, 'text'] }), arrives: true },
  'toJSON throws': { make: () => ({ a: 1, toJSON: trap }) },
  'toJSON getter throws': { make: () => withGetter(trap, 'toJSON') },
  'valueOf throws': { make: () => ({ a: 1, valueOf: trap }) },
  'valueOf is a number': { make: () => ({ valueOf: 1, toString: 2 }), arrives: true },
  'toPrimitive throws': { make: () => ({ a: 1, [Symbol.toPrimitive]: trap }) },
  'toStringTag throws': { make: () => withGetter(trap, Symbol.toStringTag) },
  'toStringTag lies': { make: () => ({ a: 1, [Symbol.toStringTag]: 'Promise' }) },
  'constructor throws': { make: () => withGetter(trap, 'constructor') },
  'constructor is a string': { make: () => ({ constructor: 'x', a: 1 }), arrives: true },
  'iterator throws': { make: () => withGetter(trap, Symbol.iterator) },
  'asyncIterator throws': { make: () => withGetter(trap, Symbol.asyncIterator) },
  'next throws': { make: () => withGetter(trap, 'next') },
  'name throws': { make: () => withGetter(trap, 'name') },
  'message throws': { make: () => withGetter(trap, 'message') },
  'stack throws': { make: () => withGetter(trap, 'stack') },
  'length throws': { make: () => withGetter(trap, 'length') },
  '__proto__ of its own': { make: () => JSON.parse('{"__proto__":{"polluted":1},"a":1}') },
  'handle of its own': { make: () => ({ handle: 1, error: {}, deep: [], wire: 'fn', kind: 'fn' }) },
  'symbol keys': { make: () => ({ [Symbol('hostile')]: 1, [Symbol.for('x')]: trap, a: 1 }) },
  'without a prototype': {
    make: () => Object.assign(Object.create(null), { a: 1 }),
    arrives: true,
  },
  frozen: { make: () => Object.freeze({ a: Object.freeze([1]) }), arrives: true },
  'prototype with getters': { make: () => Object.create({ a: 1 }, { b: { get: trap } }) },
  'class with private fields': { make: () => new Private() },
  'class with getters': { make: () => new Getters() },
  arguments: {
    make() {
      // biome-ignore lint/complexity/noArguments: it is this object that crosses.
      return arguments
    },
  },
  'local symbol': { make: () => Symbol('hostile') },
  'shared symbol': { make: () => Symbol.for('hostile'), isSymbol: true },
  'bigint without end': { make: () => 3n ** 50_000n },
  'lone surrogates': { make: () => '\ud800'.repeat(1000), arrives: true },
  'the process': { make: () => process },
  'its environment': { make: () => process.env },
  console: { make: () => console },
  'an AbortSignal': { make: () => AbortSignal.abort(new Error('hostile')) },
  'a Headers': { make: () => new Headers({ a: 'b' }) },
  'a port that is not moved': { make: unmoved },
  'a stream': { make: () => new ReadableStream() },
  'a URL with own href': { make: () => withOwn(new URL('http://localhost/'), 'href') },
  'a date whose methods throw': {
    make: () => Object.assign(new Date(0), { toISOString: trap, getTime: trap, valueOf: trap }),
  },
  'an invalid date': { make: () => new Date(Number.NaN) },
  'a regexp with own exec': { make: () => Object.assign(/a/y, { exec: trap, lastIndex: 1 }) },
  'a map whose methods throw': {
    make: () =>
      Object.assign(new Map([[1, { a: 1 }]]), { entries: trap, get: trap, forEach: trap }),
  },
  'a map of a class that throws': { make: () => new Trapped([[1, 2]]) },
  'a map with a getter below': { make: () => new Map([[withGetter(trap), 1]]) },
  'a set with a getter below': { make: () => new Set([withGetter(trap)]) },
  'a boxed string': { make: () => Object.assign(Object('text'), { own: 1, valueOf: trap }) },
  'a WeakMap': { make: () => new WeakMap() },
}

function throwIt(what) {
  throw what
}
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
function post() {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage({ hostile: true })
  port1.close()
  port2.close()
}
function onlyOnce() {
  let times = 0
  return () => (times++ === 0 ? { fine: true } : trap())
}
function changing() {
  const object = withGetter(() => {
    delete object.behind
    object[`new ${Object.keys(object).length}`] = new Date(0)
    return 1
  })
  return Object.assign(object, { behind: { a: 1 } })
}
function growing() {
  const list = [1, 2, 3]
  return Object.defineProperty(list, 1, {
    enumerable: true,
    get() {
      if (list.length < 10_000) list.push(list.length)
      return 1
    },
  })
}
function endless() {
  return withGetter(endless)
}
function itself() {
  const object = withGetter(() => object)
  return object
}
/** Open at its other end: Node itself crashes where a port is cloned that has been closed. */
function unmoved() {
  return new MessageChannel().port1
}
const withOwn = (object, name) =>
  Object.defineProperty(object, name, { get: trap, enumerable: true })

class Private {
  #secret = 1
  open = 2
  get secret() {
    return this.#secret
  }
}
class Getters {
  a = 1
  get b() {
    return trap()
  }
}
class Trapped extends Map {
  [Symbol.iterator]() {
    return trap()
  }
  entries() {
    return trap()
  }
  get size() {
    return trap()
  }
}
