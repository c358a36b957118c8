import { expect, test } from 'vitest'
import { functionsIn } from './functions-in.js'

const one = () => 1
const two = () => 2

test('functions are found at any depth, and each once', () => {
  const cycle: Record<string, unknown> = { one, list: [[two, one]] }
  cycle.self = cycle
  const found = functionsIn([
    1,
    'text',
    null,
    new Uint8Array(9),
    cycle,
    new Map([[two, new Set([one])]]),
  ])
  expect([...found].sort()).toEqual([one, two].sort())
})

test('a getter is not called, and a proxy that throws is left alone', () => {
  const trap = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('a trap')
      },
    },
  )
  const getter = {
    get fn() {
      throw new Error('a getter')
    },
  }
  expect([...functionsIn([trap, getter, one])]).toEqual([one])
})

test('a proxy that never ends is left at some time', () => {
  const handler: ProxyHandler<object> = {
    ownKeys: () => ['next'],
    getOwnPropertyDescriptor: () => ({
      value: new Proxy({}, handler),
      enumerable: true,
      configurable: true,
    }),
  }
  expect(functionsIn(new Proxy({}, handler)).size).toBe(0)
})
