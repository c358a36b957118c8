import { runInNewContext } from 'node:vm'
import { createGunzip } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { QueueFullError, TransferError } from '../errors.js'
import type { FunctionRef } from '../protocol.js'
import { Registry } from '../registry/registry.js'
import { explainCloneFailure, surroundings } from './clone-failure.js'
import { Codec } from './codec.js'
import { transfer } from './transfer.js'

const site = { module: 'file:///app/errors.js', format: 'esm' } as const

class NotFound extends Error {
  override name = 'NotFoundError'
  constructor(
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`no ${id}`, options)
  }
}

/** Two threads that know the same classes, as far as anybody who only encodes and decodes can tell. */
function threads() {
  const [here, there] = [new Registry(), new Registry()]
  for (const registry of [here, there]) registry.addErrorClass(NotFound, site)
  return { here: new Codec(here), there: new Codec(there) }
}

/** What arrives on the other side, after a structured clone. */
function cross(value: unknown, { here, there } = threads()): unknown {
  return there.decode(structuredClone(here.encode(value)))
}

describe('a URL, or what stands behind one', () => {
  test('arrives whole where it, or its class, has a toString of its own', () => {
    class Hidden extends URL {
      override toString = () => '[hidden]'
    }
    class HiddenSearch extends URLSearchParams {
      override toString = (): string => {
        throw new Error('not for logs')
      }
    }
    const url = new Hidden('https://user:word@example.org/?a=1')
    const search = new HiddenSearch('a=1&b=2')
    for (const arrived of [cross([url, search]), [cross(url), cross(search)]] as unknown[][]) {
      expect(arrived.map(String)).toEqual([url.href, 'a=1&b=2'])
      expect(arrived[0]).toBeInstanceOf(URL)
      expect(arrived[1]).toBeInstanceOf(URLSearchParams)
    }
  })
})

describe('an object of native code', () => {
  const native = () => Reflect.get(createGunzip(), '_handle') as object
  const place = Symbol('native')

  test('is refused, and so is an instance that is nothing but a shell around one', () => {
    const { here } = threads()
    class Shell {
      readonly [place] = native()
    }
    expect(() => here.encode(native())).toThrow(/Zlib, an object of native code/)
    expect(() => here.encode([new Shell()])).toThrow(/it keeps a Zlib, an object of native code/)
  })

  test('is what nothing else is taken for: fields, classes in disguise, the language’s own, other realms', () => {
    class WithFields {
      readonly [place] = native()
      readonly id = 1
    }
    class Money {
      readonly cents = 1
    }
    const Proxied = new Proxy(class Proxied {}, {})
    Proxied.prototype.constructor = Proxied
    class Bound {}
    Bound.prototype.constructor = Bound.bind(undefined) as typeof Bound
    const [plain, list, map] = runInNewContext('[{ a: 1 }, [1], new Map([[1, 2]])]')
    expect(cross(new WithFields())).toEqual({ id: 1 })
    expect(cross(new Money())).toEqual({ cents: 1 })
    expect(cross(new Proxied())).toEqual({})
    expect(cross(new Bound())).toEqual({})
    expect(cross({ plain, list, map })).toEqual({
      plain: { a: 1 },
      list: [1],
      map: new Map([[1, 2]]),
    })
    const { Module, Memory } = Reflect.get(globalThis, 'WebAssembly') as Record<
      'Module' | 'Memory',
      new (
        given: unknown,
      ) => object
    >
    const source = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])
    expect(cross(new Module(source))).toBeInstanceOf(Module)
    const shared = new Memory({ initial: 1, maximum: 1, shared: true })
    expect(cross(shared)).toBeInstanceOf(Memory)
  })
})

describe('values', () => {
  test('that structured clone keeps are left alone', () => {
    const { here } = threads()
    const values = [
      1,
      'text',
      null,
      undefined,
      { a: [new Map([['k', new Set([1])]])] },
      new Uint8Array(2),
    ]
    const { wire } = here.encodeList(values)
    expect(wire.marks).toBeUndefined()
    expect(wire.value).toEqual(values)
    expect((wire.value as unknown[])[4]).toBe(values[4])
  })

  test('may be a Buffer at any place in the list, which stays one', () => {
    const { here, there } = threads()
    const { wire } = here.encodeList([1, Buffer.from('abc'), 'last'])
    const [first, buffer, last] = there.decodeList(structuredClone(wire))
    expect([first, last]).toEqual([1, 'last'])
    expect(Buffer.isBuffer(buffer)).toBe(true)
    expect(String(buffer)).toBe('abc')
  })

  test('leave the pool behind that a small Buffer lies in, and keep a Buffer that has its memory for itself', () => {
    const { here } = threads()
    const small = Buffer.from('abc')
    expect(small.buffer.byteLength).toBeGreaterThan(3)
    const [window, whole] = here.encodeList([small, Buffer.from(new ArrayBuffer(3))]).wire
      .value as [Uint8Array, Uint8Array]
    expect(window.buffer.byteLength).toBe(3)
    expect(whole.buffer.byteLength).toBe(3)
  })

  test('are listed for moving once, whether marked or given', () => {
    const { here } = threads()
    const [one, two] = [new ArrayBuffer(1), new ArrayBuffer(2)]
    expect(here.encodeList([transfer(one), { two }], [two, one]).transfer).toEqual([two, one])
    const view = new Uint8Array(4)
    expect(here.encodeList([transfer(view)]).transfer).toEqual([view.buffer])
    expect(here.encodeList([new ArrayBuffer(1)]).transfer).toEqual([])
  })
})

describe('errors', () => {
  test('arrive as instances of a registered class, with message, name, properties and stack', () => {
    const error = cross(new NotFound('page')) as NotFound
    expect(error).toBeInstanceOf(NotFound)
    expect([error.name, error.message, error.id]).toEqual(['NotFoundError', 'no page', 'page'])
    expect(error.stack).toContain('no page')
    expect(Object.keys(error)).not.toContain('stack')
    expect(Object.keys(error)).not.toContain('message')
  })

  test('arrive as instances of the language’s classes and of the library’s', () => {
    for (const error of [new TypeError('m'), new RangeError('m'), new Error('m')]) {
      const arrived = cross(error) as Error
      expect(arrived.constructor).toBe(error.constructor)
      expect(arrived.message).toBe('m')
    }
    const full = cross(new QueueFullError('m', { function: 'f' })) as QueueFullError
    expect(full).toBeInstanceOf(QueueFullError)
    expect([full.code, full.function]).toEqual(['SYNCBRIDGE_QUEUE_FULL', 'f'])
  })

  test('keep name and properties where the class is not known, and are of it again where it is', () => {
    class Rare extends Error {
      override name = 'Rare'
      level = 3
    }
    const [knowing, ignorant] = [new Registry(), new Registry()]
    knowing.addErrorClass(Rare, site)
    const [outside, between] = [new Codec(knowing), new Codec(ignorant)]
    const passing = cross(new Rare('m'), { here: outside, there: between }) as Rare
    expect(passing).not.toBeInstanceOf(Rare)
    expect([passing.name, passing.level]).toEqual(['Rare', 3])
    expect(cross(passing, { here: between, there: outside })).toBeInstanceOf(Rare)
  })

  test('are not taken for a class of the same name from elsewhere', () => {
    const [here, there] = [new Registry(), new Registry()]
    const [Ours, Theirs] = [class Conflict extends Error {}, class Conflict extends Error {}]
    here.addErrorClass(Ours, site)
    there.addErrorClass(Theirs, { ...site, module: 'file:///app/others.js' })
    const arrived = cross(new Ours('m'), { here: new Codec(here), there: new Codec(there) })
    expect(arrived).toBeInstanceOf(Error)
    expect(arrived).not.toBeInstanceOf(Theirs)
  })

  test('bring their causes and members, of whatever kind', () => {
    const error = cross(
      new AggregateError([new NotFound('a'), 'b', Buffer.from('c')], 'm', {
        cause: new NotFound('d', { cause: { plain: true } }),
      }),
    ) as AggregateError & { cause: NotFound }
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.errors[0]).toBeInstanceOf(NotFound)
    expect(error.errors[1]).toBe('b')
    expect(Buffer.isBuffer(error.errors[2])).toBe(true)
    expect(error.cause).toBeInstanceOf(NotFound)
    expect(error.cause.cause).toEqual({ plain: true })
  })

  test('keep a cause that is undefined, and have none where there was none', () => {
    expect(Object.hasOwn(cross(new Error('m', { cause: undefined })) as Error, 'cause')).toBe(true)
    expect(Object.hasOwn(cross(new Error('m')) as Error, 'cause')).toBe(false)
  })

  test('that are DOMExceptions stay such', () => {
    const error = cross(new DOMException('stopped', 'TimeoutError')) as DOMException
    expect(error).toBeInstanceOf(DOMException)
    expect([error.name, error.message, error.code]).toEqual(['TimeoutError', 'stopped', 23])
  })

  test('lose what can’t be cloned, and say what', () => {
    const error = Object.assign(new NotFound('page', { cause: Symbol('cause') }), {
      socket: { on: () => undefined },
      retries: 3,
    })
    const arrived = cross(error) as typeof error & { syncbridgeLost: string[] }
    expect(arrived).toBeInstanceOf(NotFound)
    expect([arrived.id, arrived.retries]).toEqual(['page', 3])
    expect([...arrived.syncbridgeLost].sort()).toEqual(['cause', 'socket'])
    expect(Object.keys(arrived)).not.toContain('syncbridgeLost')
  })

  test('that keep a list called `errors`, without being AggregateErrors, bring it like any property', () => {
    const arrived = cross(Object.assign(new NotFound('x'), { errors: [{ field: 'age' }] }))
    expect((arrived as { errors: unknown }).errors).toEqual([{ field: 'age' }])
    expect(Object.keys(arrived as object)).toContain('errors')
  })

  test('bring properties of every plain kind, and those that their class has a getter for', () => {
    class Measured extends Error {
      get level() {
        return 1
      }
    }
    const own = {
      none: null,
      missing: undefined,
      on: true,
      big: 2n ** 70n,
      when: new Date(0),
      nested: [{ a: 1 }],
    }
    const error = Object.assign(new Measured('m'), own)
    Object.defineProperty(error, 'level', { value: 2, enumerable: true })
    const [here, there] = [new Registry(), new Registry()]
    for (const registry of [here, there]) registry.addErrorClass(Measured, site)
    const arrived = cross(error, { here: new Codec(here), there: new Codec(there) }) as Measured
    expect(arrived).toBeInstanceOf(Measured)
    expect({ ...arrived }).toEqual({ ...own, level: 2 })
  })

  test('carry no member on the wire that says nothing', () => {
    const { here } = threads()
    const { value, nodes } = here.encode(new RangeError('m'))
    expect(value).toEqual([0])
    expect(nodes?.map((wire) => Object.keys(wire).sort())).toEqual([['message', 'stack', 'type']])
  })

  test('arrive however their owner has bent them', () => {
    const bent = [
      Object.assign(new NotFound('x'), { message: 5 }),
      Object.defineProperty(new NotFound('x'), 'name', {
        get() {
          throw new Error('no name')
        },
      }),
      Object.assign(new NotFound('x'), { stack: undefined }),
      Object.assign(new NotFound('x'), { constructor: null }),
      Object.setPrototypeOf(new Error('x'), null) as Error,
    ]
    for (const error of bent) {
      const arrived = cross(error) as Error
      expect(arrived).toBeInstanceOf(Error)
      expect(typeof arrived.message).toBe('string')
      expect(typeof arrived.stack).toBe('string')
    }
  })

  test('leave the original as it was', () => {
    const error = new NotFound('page', { cause: new Error('why') })
    const { stack, cause } = error
    cross(error)
    expect([error.stack, error.cause]).toEqual([stack, cause])
    expect(Object.keys(error).sort()).toEqual(['id', 'name'])
  })
})

describe('Locals', () => {
  test('cross with their keys, with the values of errors and Buffers, and with what was deleted', () => {
    const { here, there } = threads()
    const changes = {
      keys: ['a', 'b', 'c'],
      values: [Buffer.from('abc'), new NotFound('x'), undefined],
      deleted: ['d'],
    }
    const locals = here.encodeLocals(changes)
    const { keys, values, deleted } = there.decodeLocals(structuredClone(locals))
    expect(deleted).toEqual(['d'])
    expect(keys).toEqual(['a', 'b', 'c'])
    expect(Buffer.isBuffer(values[0])).toBe(true)
    expect(values[1]).toBeInstanceOf(NotFound)
    expect(values[2]).toBeUndefined()
    expect(values).toHaveLength(3)
  })

  test('are flat where nothing in them can be changed in place', () => {
    const { here } = threads()
    const isFlat = (value: unknown) =>
      here.encodeLocals({ keys: ['a', 'b'], values: [1, value], deleted: [] }).isFlat
    for (const value of ['text', 2n, null, undefined, true]) expect(isFlat(value)).toBe(true)
    for (const value of [{}, [], Buffer.from('abc'), new Map(), new Error('x')])
      expect(isFlat(value)).toBe(false)
  })

  test('that several have got are copies for each of them', () => {
    const { there } = threads()
    const shared = { keys: ['a'], values: { value: [{ list: [1] }] }, deleted: [], isShared: true }
    const [one] = there.decodeLocals(shared).values as [{ list: number[] }]
    one.list.push(2)
    expect(there.decodeLocals(shared).values).toEqual([{ list: [1] }])
  })
})

describe('a class that the module of the function exports', () => {
  const ref: FunctionRef = {
    kind: 'export',
    ...site,
    name: 'f',
    ordinal: 0,
  }
  class Exported extends Error {}

  test('is found in the module once that is loaded, without being registered', () => {
    const registry = new Registry()
    registry.noteModule(site.module, { Exported, other: 1 })
    const codec = new Codec(registry, ref)
    const wire = codec.encode(new Exported('m'))
    expect(codec.isReadyFor(wire)).toBe(true)
    expect(codec.decode(structuredClone(wire))).toBeInstanceOf(Exported)
  })

  test('is found by its own name, also where it is exported under another', () => {
    const registry = new Registry()
    registry.noteModule(site.module, { PublicName: Exported })
    const codec = new Codec(registry, ref)
    expect(codec.decode(structuredClone(codec.encode(new Exported('m'))))).toBeInstanceOf(Exported)
  })

  test('is not looked for any further where an export can’t be touched yet', () => {
    const registry = new Registry()
    const early = Object.defineProperty({}, 'Exported', {
      enumerable: true,
      get() {
        throw new ReferenceError('Cannot access before initialization')
      },
    })
    registry.noteModule(site.module, early)
    const codec = new Codec(registry, ref)
    const arrived = codec.decode(structuredClone(codec.encode(new Exported('m')))) as Error
    expect(arrived.message).toBe('m')
  })
})

describe('why a message could not be cloned', () => {
  const explain = (...suspects: Array<readonly [string, unknown]>) =>
    explainCloneFailure(suspects, new Error('could not be cloned'), 'f (x.js)')

  test('is told with the path to the obstacle', () => {
    const table: ReadonlyArray<readonly [unknown, string]> = [
      [[{ items: [0, 1, 2, { callback: () => undefined }] }], 'args[0].items[3].callback'],
      [[1, Symbol('x')], 'args[1]'],
      [[{ 'with space': { x: new WeakMap() } }], 'args[0]["with space"].x'],
      [[new Map([['key', { x: Symbol('x') }]])], 'args[0].get(key).x'],
      [[{ $id: Promise.resolve() }], 'args[0].$id'],
    ]
    for (const [args, path] of table) {
      const error = explain(['args', args])
      expect(error).toBeInstanceOf(TransferError)
      expect(error.path).toBe(path)
      expect(error.message).toContain(path)
      expect(error.message).toContain('f (x.js)')
    }
  })

  test('is looked for among all that went along', () => {
    expect(explain(['args', [1]], ['Local.id', 1], ['Local.handle', Symbol('x')]).path).toBe(
      'Local.handle',
    )
    expect(explain(['result', { deep: [new Set([Symbol('x')])] }]).path).toBe('result.deep[0][0]')
  })

  test('names the first suspect where nothing can be found', () => {
    expect(explain(['args', [1]]).path).toBe('args')
    expect(explain().path).toBe('value')
  })

  test('ends also in data that goes round', () => {
    const round: Record<string, unknown> = {}
    round.self = round
    round.bad = Symbol('x')
    expect(explain(['args', [round]]).path).toMatch(/^args\[0\]/)
  })

  test('calls Locals and storages by the names that their users know', () => {
    const { here } = threads()
    const locals = here.encodeLocals({
      keys: ['file:///a.js Local 0\nid'],
      values: [1],
      deleted: [],
    })
    expect(surroundings(locals, [{ name: 'session', values: { value: [{ a: 1 }] } }])).toEqual([
      ['Local.id', 1],
      ["carryStorage('session')", [{ a: 1 }]],
    ])
  })
})
