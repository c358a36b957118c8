/** `Local`s of calls and outcomes between both ends of a channel: what is sent again, what is not, and what arrives. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { CallMessage, FunctionRef, Message, OutcomeMessage, WireLocals } from '../protocol.js'
import { bothEnds, closeEnds, recordsIn } from './both-ends.fixture.js'
import {
  DELETED_KEYS,
  GENERIC,
  KIND_BITS,
  LOCALS,
  NOTICE,
  SAME_KEYS,
  SAME_LOCALS,
} from './wire-format.js'

afterEach(closeEnds)

const RUNS = Number(process.env.FUZZ_RUNS ?? 100)

/** Both ends of a channel, and what the first sends to the second. */
function connect() {
  const { writer, reader, down, errors } = bothEnds()
  const { words, tail, flagsAt } = recordsIn(down)
  return {
    errors,
    writer,
    /** @param spoil Changes the flags of the record while it lies there. */
    send(message: Message, spoil = (flags: number) => flags) {
      const from = tail()
      writer.post(message)
      const size = tail() - from
      const at = flagsAt(from)
      const flags = words[at] as number
      const byPort = (flags & (KIND_BITS | NOTICE)) === (GENERIC | NOTICE)
      if (!byPort) words[at] = spoil(flags)
      const taken = reader.take()
      return { size, byPort, taken }
    },
  }
}

const NO_LOCALS: WireLocals = { keys: [], values: { value: [] }, deleted: [] }

const THE_FUNCTION: FunctionRef = {
  kind: 'place',
  module: 'm.js',
  format: 'esm',
  name: 'f',
  ordinal: 0,
}

function call(locals: WireLocals, argument: unknown = 1): CallMessage {
  return {
    kind: 'call',
    to: '0/1',
    from: '0',
    id: 1,
    target: { by: 'thread' },
    request: {
      mode: 'sync',
      ref: THE_FUNCTION,
      args: { value: [argument] },
      scope: { chain: [], loop: '0', locals, storages: [] },
      timed: false,
    },
  }
}
function outcome(locals: WireLocals, value: unknown = 1): OutcomeMessage {
  const changes = { locals, storages: [] }
  return {
    kind: 'outcome',
    to: '0/1',
    from: '0',
    id: 1,
    outcome: { ok: true, value: { value: [value] }, changes },
  }
}

const locals = (values: Record<string, unknown>, deleted: string[] = []): WireLocals => ({
  keys: Object.keys(values),
  values: { value: Object.values(values) },
  deleted,
})

/** What of the Locals has arrived. */
function arrived(message: Message | undefined): Record<string, unknown> {
  if (message?.kind === 'call') return byName(message.request.scope.locals)
  if (message?.kind === 'outcome' && message.outcome.ok !== 'refused')
    return byName(message.outcome.changes.locals)
  throw new Error('it did not arrive')
}

function byName({ keys, values }: WireLocals): Record<string, unknown> {
  const value = values.value as unknown[]
  expect(value).toHaveLength(keys.length)
  return Object.fromEntries(keys.map((key, index) => [key, value[index]]))
}

/** Of a call without Locals, of a function that the reader knows. */
function sizeOfBare(send: ReturnType<typeof connect>['send']): number {
  send(call(NO_LOCALS))
  return send(call(NO_LOCALS)).size
}

describe('the Locals of a call', () => {
  test('are sent once where nobody can change them in place', () => {
    const { send } = connect()
    const bare = sizeOfBare(send)
    const flat = locals({ id: 'r-1', turn: 1 })
    expect(send(call(flat)).size).toBeGreaterThan(bare)
    const { size, taken } = send(call(flat))
    expect(size).toBe(bare)
    expect(arrived(taken)).toEqual({ id: 'r-1', turn: 1 })
  })

  test('are not sent again for an object in them that is what it was', () => {
    const { send } = connect()
    const bare = sizeOfBare(send)
    const mixed = locals({ id: 'r-1', user: { id: 1, name: 'ada' }, tags: ['a'] })
    for (let turn = 0; turn < 3; turn += 1) send(call(mixed))
    const { size, taken } = send(call(mixed))
    expect(size).toBe(bare)
    expect(arrived(taken)).toEqual({ id: 'r-1', user: { id: 1, name: 'ada' }, tags: ['a'] })
  })

  test('arrive with what was changed in an object, and without the rest being sent again', () => {
    const { send } = connect()
    const user = { id: 1, name: 'ada' }
    const mixed = locals({ text: 'x'.repeat(1000), user })
    for (let turn = 0; turn < 3; turn += 1) send(call(mixed))
    user.name = 'bob'
    const { size, taken } = send(call(mixed))
    expect(arrived(taken)).toEqual({ text: 'x'.repeat(1000), user: { id: 1, name: 'bob' } })
    expect(size).toBeLessThan(500)
    expect(arrived(send(call(mixed)).taken).user).toEqual({ id: 1, name: 'bob' })
  })

  test('arrive as they are where an object has got, or lost, what goes by port only', () => {
    const { send } = connect()
    const user: Record<string, unknown> = { id: 1 }
    const mixed = locals({ id: 'r-1', user })
    for (let turn = 0; turn < 3; turn += 1) send(call(mixed))
    user.seen = new Map([['a', 1]])
    const byPort = send(call(mixed))
    expect(byPort.byPort).toBe(true)
    expect(arrived(byPort.taken).user).toEqual({ id: 1, seen: new Map([['a', 1]]) })
    delete user.seen
    for (let turn = 0; turn < 3; turn += 1)
      expect(arrived(send(call(mixed)).taken)).toEqual({ id: 'r-1', user: { id: 1 } })
  })

  test('that were written in a record which was not sent are sent again', () => {
    const { send } = connect()
    const [first, second] = [locals({ id: 'r-1' }), locals({ id: 'r-2' })]
    send(call(first))
    // Locals come before the arguments, which are declined.
    expect(send(call(second, new Map())).byPort).toBe(true)
    expect(arrived(send(call(second)).taken)).toEqual({ id: 'r-2' })
    expect(send(call(first, new Map())).byPort).toBe(true)
    expect(arrived(send(call(second)).taken)).toEqual({ id: 'r-2' })
  })

  test('stay what they were to those that have them already', () => {
    const { send } = connect()
    const user = { name: 'ada' }
    const mixed = locals({ user })
    const before = send(call(mixed)).taken
    user.name = 'bob'
    send(call(mixed))
    expect(arrived(before)).toEqual({ user: { name: 'ada' } })
  })

  test('say that they are for several, where they hold what can be changed', () => {
    const { send } = connect()
    const of = (message: Message | undefined) =>
      message?.kind === 'call' ? message.request.scope.locals : NO_LOCALS
    expect(of(send(call(locals({ id: 1 }))).taken)).toMatchObject({ isFlat: true, isShared: false })
    const mixed = locals({ user: {} })
    for (let turn = 0; turn < 3; turn += 1)
      expect(of(send(call(mixed)).taken)).toMatchObject({ isFlat: false, isShared: true })
  })

  test('of two scopes in turn are told apart, also where their keys are the same', () => {
    const { send } = connect()
    const [a, b] = [locals({ id: 'a', user: { n: 1 } }), locals({ id: 'b', user: { n: 2 } })]
    for (let turn = 0; turn < 4; turn += 1) {
      expect(arrived(send(call(a)).taken)).toEqual({ id: 'a', user: { n: 1 } })
      expect(arrived(send(call(b)).taken)).toEqual({ id: 'b', user: { n: 2 } })
    }
  })

  test('arrive, one after the other, as structured clone would bring them, whatever goes by port in between', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(1, 'text', null, undefined, -0, 'é'),
      fc.jsonValue({ maxDepth: 2 }),
      fc.constant(new Map([[1, 2]])),
      fc.uint8Array({ minLength: 1, maxLength: 9 }),
    )
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('call'), scope: fc.nat(1) }) },
      fc.record({ do: fc.constant('set'), scope: fc.nat(1), key: fc.nat(2), value }),
      fc.record({ do: fc.constant('change'), scope: fc.nat(1), key: fc.nat(2), value }),
      fc.record({ do: fc.constant('port'), scope: fc.nat(1) }),
      fc.record({ do: fc.constant('outcome'), scope: fc.nat(1) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { send, errors } = connect()
        const scopes = [0, 1].map((n) => ({
          values: { a: n, b: `b${n}`, c: { n } } as Record<string, unknown>,
          sent: undefined as WireLocals | undefined,
        }))
        for (const { do: what, scope: index, ...more } of steps) {
          const scope = scopes[index] as (typeof scopes)[number]
          const { key, value: next } = more as { key?: number; value?: unknown }
          const name = 'abc'[key ?? 0] as string
          if (what === 'set') {
            scope.values[name] = next
            scope.sent = undefined
          } else if (what === 'change') {
            const holder = scope.values[name]
            if (typeof holder === 'object' && holder !== null && !Array.isArray(holder))
              Reflect.set(holder, 'changed', next)
          } else {
            scope.sent ??= locals(scope.values)
            const argument = what === 'port' ? new Map() : 1
            const make = what === 'outcome' ? outcome : call
            expect(arrived(send(make(scope.sent, argument)).taken)).toStrictEqual(
              structuredClone(scope.values),
            )
          }
        }
        expect(errors).toEqual([])
      }),
      { numRuns: 3 * RUNS },
    )
  }, 60_000)
})

describe('the Locals that an outcome brings back', () => {
  test('arrive with their keys, which are sent once, and with what was deleted', () => {
    const { send } = connect()
    const changed = (turn: number) => locals({ id: `r-${turn}`, user: { turn } })
    const [first, second] = [send(outcome(changed(1))), send(outcome(changed(2)))]
    expect(arrived(first.taken)).toEqual({ id: 'r-1', user: { turn: 1 } })
    expect(arrived(second.taken)).toEqual({ id: 'r-2', user: { turn: 2 } })
    const { taken } = send(outcome(locals({ id: 'r-3' }, ['user', 'gone'])))
    expect(taken).toMatchObject({
      outcome: { changes: { locals: { keys: ['id'], deleted: ['user', 'gone'] } } },
    })
  })
})

describe('a record that counts on Locals which never came', () => {
  const cases: Array<[string, Message, number]> = [
    ['of a call', call(NO_LOCALS), SAME_LOCALS],
    ['of a call, with other objects', call(NO_LOCALS, []), SAME_LOCALS | LOCALS],
    ['of a call, by their keys', call(NO_LOCALS), LOCALS | SAME_KEYS],
    ['of an outcome, by their keys', outcome(NO_LOCALS), LOCALS | SAME_KEYS],
  ]
  test.each(cases)('is refused: %s', (_name, message, flags) => {
    const { send, errors } = connect()
    expect(send(message).taken).toMatchObject({ kind: message.kind })
    expect(send(message, (before) => before | flags).taken).toBeUndefined()
    expect(errors).toHaveLength(1)
    expect(String(errors[0])).toMatch(/never came/)
  })

  test('is refused: of one whose values were marked, and so not kept', () => {
    const { send, errors } = connect()
    send(call(locals({ id: 1 })))
    const marked: WireLocals = {
      keys: ['id'],
      values: { value: ['x'], marks: [[0, 'symbol']] },
      deleted: [],
    }
    expect(send(call(marked)).taken).toMatchObject({
      request: { scope: { locals: { values: { marks: [[0, 'symbol']] } } } },
    })
    send(call(NO_LOCALS), (flags) => flags | SAME_LOCALS)
    expect(String(errors[0])).toMatch(/never came/)
  })

  test('is refused where it has objects for other places than there are, or values for other keys', () => {
    for (const spoil of [
      (flags: number) => (flags & ~SAME_KEYS) | SAME_LOCALS,
      (flags: number) => flags | DELETED_KEYS,
    ]) {
      const { send, errors } = connect()
      const mixed = { a: {}, b: 1 }
      send(call(locals(mixed)))
      send(call(locals(mixed)), spoil)
      expect(errors).toHaveLength(1)
    }
  })
})
