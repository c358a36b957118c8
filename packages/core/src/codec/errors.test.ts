import assert from 'node:assert'
import { describe, expect, test } from 'vitest'
import { Registry } from '../registry/registry.js'
import { Codec } from './codec.js'

// biome-ignore lint/suspicious/noExplicitAny: the tests read whatever has arrived
type Loose = Error & { cause: any } & Record<string, any>

const WebAssembly = Reflect.get(globalThis, 'WebAssembly')

/** What arrives on the other side, after a structured clone. */
function cross(values: readonly unknown[]): unknown[] {
  const { wire } = new Codec(new Registry()).encodeList(values)
  if ('complete' in wire) (wire as { complete(): void }).complete()
  return new Codec(new Registry()).decodeList(structuredClone(wire))
}

const crossOne = (value: unknown) => cross([value])[0] as Loose

/** The shortest of several runs. */
function timeOf(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now()
    run()
    return performance.now() - began
  })
  return Math.min(...times)
}

describe('an error that occurs more than once', () => {
  test('arrives as one where it is the cause and a property of another', () => {
    const cause = new Error('below')
    const arrived = crossOne(Object.assign(new Error('above', { cause }), { original: cause }))
    expect(arrived.original).toBe(arrived.cause)
    expect(arrived.original.message).toBe('below')
  })

  test('arrives as one in a list, an object, a Map and below other errors alike', () => {
    const one = new TypeError('one')
    const group = new AggregateError([one, one], 'group')
    const [first, again, object, all] = cross([
      one,
      one,
      { a: one, b: [one], map: new Map([['k', one]]) },
      group,
    ]) as [Error, Error, { a: Error; b: Error[]; map: Map<string, Error> }, AggregateError]
    for (const other of [again, object.a, object.b[0], object.map.get('k'), ...all.errors])
      expect(other).toBe(first)
    expect(first).toBeInstanceOf(TypeError)
  })

  test('arrives as one where an object that is a property holds it', () => {
    const one = new Error('one')
    const arrived = crossOne(Object.assign(new Error('x'), { one, details: { list: [one] } }))
    expect(arrived.details.list[0]).toBe(arrived.one)
  })

  test('closes a circle', () => {
    const own = new Error('own') as Loose
    own.cause = own
    own.self = { own }
    const arrived = crossOne(own)
    expect(arrived.cause).toBe(arrived)
    expect(arrived.self.own).toBe(arrived)
    expect(arrived.syncbridgeLost).toBeUndefined()
    const [one, two] = [new Error('one'), new Error('two')]
    one.cause = two
    two.cause = one
    expect((crossOne(one) as Loose).cause.cause.message).toBe('one')
    const group = new AggregateError([], 'group')
    group.errors.push(group)
    const there = crossOne(group) as unknown as AggregateError
    expect(there.errors[0]).toBe(there)
  })

  test('brings an object that several errors have as a property as one', () => {
    const context = { url: '/', headers: Buffer.from('x') }
    const [one, two] = [new Error('1'), new Error('2')].map((e) => Object.assign(e, { context }))
    const there = crossOne(new AggregateError([one, two])) as unknown as AggregateError
    expect(there.errors[0].context).toBe(there.errors[1].context)
    expect(Buffer.isBuffer(there.errors[0].context.headers)).toBe(true)
  })
})

describe('many errors', { timeout: 60_000 }, () => {
  const nested = (levels: number) => {
    let error: Error = new Error('leaf')
    for (let level = 0; level < levels; level += 1)
      error = Object.assign(new Error(String(level), { cause: error }), { original: error })
    return error
  }
  const chain = (length: number) => {
    let error = new Error('first')
    for (let index = 1; index < length; index += 1) error = new Error('next', { cause: error })
    return error
  }

  test('that share others cost in proportion to their number', () => {
    crossOne(nested(100))
    const [few, many] = [timeOf(() => crossOne(nested(200))), timeOf(() => crossOne(nested(800)))]
    expect(many / few).toBeLessThan(16)
  })

  test('in a chain of causes all arrive, however long it is', () => {
    let length = 0
    for (let error: unknown = crossOne(chain(8000)); error instanceof Error; error = error.cause)
      length += 1
    expect(length).toBe(8000)
  })

  test('with one large property in common bring it once', () => {
    const context = { rows: Array.from({ length: 20_000 }, (_, index) => ({ index })) }
    const group = (size: number) =>
      new AggregateError(
        Array.from({ length: size }, () => Object.assign(new Error('x'), { context })),
      )
    crossOne(group(1))
    const [one, many] = [timeOf(() => crossOne(group(1))), timeOf(() => crossOne(group(60)))]
    expect(many / one).toBeLessThan(10)
  })

  test('of more text than a message should have are left out and named', () => {
    const message = 'x'.repeat(2 ** 24)
    const group = new AggregateError(
      Array.from({ length: 20 }, () => Object.assign(new Error('x'), { message, stack: '' })),
    )
    const arrived = crossOne(group)
    expect(arrived.errors.length).toBeGreaterThan(2)
    expect(arrived.errors.length + arrived.syncbridgeLost.length).toBe(20)
  })

  test('with holes among them take no longer than those that are there', () => {
    const group = new AggregateError([])
    group.errors.length = 2 ** 32 - 1
    group.errors[7] = new Error('seventh')
    expect(crossOne(group).errors.map(({ message }: Error) => message)).toEqual(['seventh'])
  })
})

describe('whatever an error throws when it is asked', () => {
  const fail = () => {
    throw new Error('trap')
  }
  const traps = new Proxy({}, { get: () => fail }) as ProxyHandler<object>
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  const odd: ReadonlyArray<readonly [string, () => unknown]> = [
    ['a getter that throws', fail],
    ['a proxy whose traps throw', () => new Proxy({}, traps)],
    ['a proxy of an error', () => new Proxy(new Error('x'), traps)],
    ['a revoked proxy', revoked],
    ['a revoked proxy in an object', () => ({ deep: [revoked()] })],
    [
      'an object with a getter that throws',
      () => Object.defineProperty({}, 'x', { get: fail, enumerable: true }),
    ],
    ['a promise', () => Promise.resolve()],
    ['a symbol of its own', () => Symbol('own')],
    ['a function', () => fail],
    ['a weak map', () => new WeakMap()],
    ['a port', () => new MessageChannel().port1],
    ['an endless toJSON', () => ({ toJSON: fail, fn: fail })],
  ]

  for (const [name, value] of odd) {
    for (const key of ['cause', 'detail', 'name', 'message', 'stack', 'constructor', 'errors'])
      test(`it arrives with ${name} as its ${key}`, () => {
        const error = Object.assign(new AggregateError([], 'text'), { code: 'KEPT' })
        Object.defineProperty(error, key, { get: value, enumerable: true, configurable: true })
        const arrived = crossOne(error)
        expect(arrived).toBeInstanceOf(Error)
        expect(arrived.code).toBe('KEPT')
        expect([typeof arrived.name, typeof arrived.message, typeof arrived.stack]).toEqual([
          'string',
          'string',
          'string',
        ])
        if (key === 'cause' || key === 'detail') expect(arrived.syncbridgeLost).toEqual([key])
      })

    test(`it arrives with ${name} among its errors`, () => {
      const group = new AggregateError([new Error('kept'), 5], 'text')
      Object.defineProperty(group.errors, 1, { get: value, enumerable: true })
      const arrived = crossOne(group)
      expect(arrived.errors.map(({ message }: Error) => message)).toEqual(['kept'])
      expect(arrived.syncbridgeLost).toEqual(['errors[1]'])
    })
  }

  test('it arrives where its class does', () => {
    class Hostile extends Error {
      static override [Symbol.hasInstance] = fail
      static get code() {
        return fail()
      }
    }
    Object.defineProperty(Hostile, 'name', { get: fail })
    expect(crossOne(new Hostile('text')).message).toBe('text')
  })

  test('it arrives where a proxy stands among its prototypes', () => {
    const prototype = new Proxy(Error.prototype, traps)
    const error = Object.setPrototypeOf(new TypeError('text'), Object.create(prototype))
    Object.defineProperty(error, 'message', { value: 'text' })
    expect(crossOne(error).message).toBe('text')
  })

  test('it arrives where another error is lost with what can’t be cloned', () => {
    const { port1 } = new MessageChannel()
    const shared = { port1 }
    const inner = Object.assign(new Error('inner', { cause: shared }), { shared, kept: 1 })
    const arrived = crossOne(new Error('outer', { cause: inner }))
    expect(arrived.syncbridgeLost).toBeUndefined()
    expect(arrived.cause).toMatchObject({ message: 'inner', kept: 1 })
    expect([...arrived.cause.syncbridgeLost].sort()).toEqual(['cause', 'shared'])
    port1.close()
  })
})

describe('an error of the platform is of its own class', () => {
  const thrown = (run: () => unknown): Error => {
    try {
      run()
    } catch (error) {
      return error as Error
    }
    throw new Error('nothing was thrown')
  }
  const errors: ReadonlyArray<readonly [string, Error, unknown]> = [
    ['AssertionError', thrown(() => assert.equal(1, 2)), assert.AssertionError],
    [
      'WebAssembly.CompileError',
      thrown(() => new WebAssembly.Module(new Uint8Array(3))),
      WebAssembly.CompileError,
    ],
    ['WebAssembly.LinkError', new WebAssembly.LinkError('m'), WebAssembly.LinkError],
    ['WebAssembly.RuntimeError', new WebAssembly.RuntimeError('m'), WebAssembly.RuntimeError],
    ['AggregateError', new AggregateError([1], 'm'), AggregateError],
    ['DOMException', thrown(() => structuredClone(() => 1)), DOMException],
    ['DOMException of an abort', AbortSignal.abort().reason, DOMException],
    ['TypeError of Node', thrown(() => Buffer.alloc('x' as never)), TypeError],
    ['RangeError of Node', thrown(() => Buffer.alloc(-1)), RangeError],
  ]
  for (const [name, error, Class] of errors)
    test(name, () => {
      const arrived = crossOne(error)
      expect(Object.getPrototypeOf(arrived)).toBe((Class as typeof Error).prototype)
      const { name: own, message, code } = error as Loose
      expect({ name: own, message, code }).toEqual({
        name: arrived.name,
        message: arrived.message,
        code: arrived.code,
      })
    })

  test('also QuotaExceededError and SuppressedError, where there are any', () => {
    const { QuotaExceededError, SuppressedError } = globalThis as unknown as Record<
      string,
      (new (...args: unknown[]) => Error) | undefined
    >
    if (QuotaExceededError) {
      const arrived = crossOne(new QuotaExceededError('m', { quota: 5, requested: 9 }))
      expect(arrived).toBeInstanceOf(QuotaExceededError)
      expect([arrived.message, arrived.quota, arrived.requested]).toEqual(['m', 5, 9])
    }
    if (SuppressedError) {
      const arrived = crossOne(new SuppressedError(new Error('a'), new Error('b'), 'm'))
      expect(arrived).toBeInstanceOf(SuppressedError)
      expect([arrived.error.message, arrived.suppressed.message]).toEqual(['a', 'b'])
    }
  })

  test('a class of the user’s that is below one, and unknown on the other side, is that one', () => {
    class TooFar extends RangeError {
      override name = 'TooFar'
    }
    class Gone extends DOMException {}
    const [far, gone] = [crossOne(new TooFar('m')), crossOne(new Gone('m', 'NotFoundError'))]
    expect(far).toBeInstanceOf(RangeError)
    expect(far.name).toBe('TooFar')
    expect(gone).toBeInstanceOf(DOMException)
    expect([gone.name, gone.message, gone.code]).toEqual(['NotFoundError', 'm', 8])
  })
})
