/** `Local`s of calls that go and outcomes that come back on one channel, as callers and functions set and change them. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_CHANGES } from '../codec/clone-failure.js'
import { Codec } from '../codec/codec.js'
import { Cell } from '../context/cell.js'
import type { CallMessage, FunctionRef, Message, WireLocals } from '../protocol.js'
import { Registry } from '../registry/registry.js'
import { bothEnds, closeEnds, outcomeOf, recordsIn } from './both-ends.fixture.js'
import type { LaneChannel } from './lane-channel.js'
import { AFTER_OUTCOME, SAME_LOCALS } from './wire-format.js'

afterEach(closeEnds)

const MB = 2 ** 20
const RUNS = Number(process.env.FUZZ_RUNS ?? 100)

const ref: FunctionRef = {
  kind: 'place',
  module: 'm.js',
  format: 'esm',
  name: 'f',
  ordinal: 0,
}

interface Started {
  readonly cell: Cell
  readonly sent: WireLocals
  readonly message: CallMessage
}

interface HowSent {
  readonly isFar?: boolean
  readonly argument?: unknown
  /** Changes the flags of the record while it lies there. */
  readonly spoil?: ((flags: number) => number) | undefined
}

/** A caller and a thread, in one thread. */
function pair() {
  const { writer: caller, reader: thread, down, errors } = bothEnds()
  const codec = new Codec(new Registry())
  const { words, tail, flagsAt } = recordsIn(down)
  let id = 0
  /** Of the record of a call. */
  let last = { flags: 0, size: 0 }
  const take = <K extends Message['kind']>(channel: LaneChannel, kind: K) => {
    const message = channel.take()
    if (errors.length > 0) throw errors[0]
    if (message?.kind !== kind) throw new Error(`${String(message?.kind)} in place of ${kind}`)
    return message as Extract<Message, { kind: K }>
  }

  return {
    errors,
    last: () => last,
    /** Sends a call, which the thread takes. */
    start(cell: Cell, { isFar = false, argument = 1, spoil = undefined }: HowSent = {}): Started {
      const sent = cell.sent ?? codec.encodeLocals(cell.snapshot())
      if (sent.isFlat) cell.sent = sent
      const from = tail()
      id += 1
      caller.post({
        kind: 'call',
        to: '0/1',
        from: isFar ? '0/2' : '0',
        id,
        target: { by: 'thread' },
        request: {
          mode: 'sync',
          ref,
          args: { value: [argument] },
          scope: { chain: [], loop: '0', locals: sent, storages: [] },
        },
      })
      const at = flagsAt(from)
      const flags = words[at] as number
      if (spoil) words[at] = spoil(flags)
      last = { flags: tail() === from ? 0 : flags, size: tail() - from }
      return { cell, sent, message: take(thread, 'call') }
    },
    /** Leaves the ring empty, of which the caller believes that it has room for less than a megabyte. */
    leaveLittleRoom() {
      const post = (value: unknown) => caller.post(outcomeOf(1, value))
      for (let count = 0; count < 3; count += 1) post(new Uint8Array(MB))
      take(thread, 'outcome')
      // Begins anew where the first one was: of the others it is known that they are there.
      post('small')
      for (let count = 0; count < 3; count += 1) take(thread, 'outcome')
    },
    /** Runs a function in the Locals of the call, and brings back what it has changed. */
    finish({ cell, sent, message }: Started, fn: (there: Cell) => void, value: unknown = 1) {
      const { locals } = message.request.scope
      const there = new Cell()
      there.beginLater(() => codec.decodeLocals(locals))
      fn(there)
      thread.post({
        kind: 'outcome',
        to: message.from,
        from: '0/1',
        id: message.id,
        outcome: {
          ok: true,
          value: { value: [value] },
          changes: there.isChanged
            ? { locals: codec.encodeLocals(there.delta()), storages: [] }
            : NO_CHANGES,
        },
      })
      const { outcome } = take(caller, 'outcome')
      if (outcome.ok !== 'refused')
        cell.apply(codec.decodeLocals(outcome.changes.locals), sent.keys)
    },
  }
}

const valuesOf = (cell: Cell) => Object.fromEntries(cell.values)
/** What came with a call, as its function would find it. */
const arrivedIn = ({ message }: Started) => {
  const { keys, values } = message.request.scope.locals
  return Object.fromEntries(
    keys.map((key, index) => [key, (values.value as unknown[])[index]] as const),
  )
}

describe('what an outcome has brought back', () => {
  test('is not sent again with the next call, but for objects', () => {
    const { start, finish, last } = pair()
    const cell = new Cell([
      ['text', 'x'.repeat(500)],
      ['user', { name: 'ada' }],
    ])
    for (let turn = 0; turn < 5; turn += 1) {
      const call = start(cell)
      expect(arrivedIn(call)).toEqual(valuesOf(cell))
      if (turn > 0) {
        expect(last().flags & (SAME_LOCALS | AFTER_OUTCOME)).toBe(SAME_LOCALS | AFTER_OUTCOME)
        expect(last().size).toBeLessThan(250)
      }
      finish(call, (there) => {
        there.set('text', `${turn} ${'y'.repeat(500)}`)
        there.set(`new ${turn}`, turn)
        there.set('user', { name: `user ${turn}` })
      })
    }
  })

  test('is sent where the caller has set something since', () => {
    const { start, finish, last } = pair()
    const cell = new Cell([['a', 1]])
    finish(start(cell), (there) => there.set('a', 2))
    cell.set('a', 3)
    expect(arrivedIn(start(cell))).toEqual({ a: 3 })
    expect(last().flags & SAME_LOCALS).toBe(0)
  })

  test('is sent where another call has been made meanwhile, and where the caller had set something', () => {
    const { start, finish, last } = pair()
    const [one, two] = [new Cell([['a', 1]]), new Cell([['a', 10]])]
    const first = start(one)
    const second = start(two)
    finish(first, (there) => there.set('a', 2))
    finish(second, (there) => there.set('a', 20))
    expect(arrivedIn(start(one))).toEqual({ a: 2 })
    expect(last().flags & SAME_LOCALS).toBe(0)
    const third = start(two)
    two.set('b', 1)
    finish(third, (there) => there.set('a', 30))
    expect(arrivedIn(start(two))).toEqual({ a: 30, b: 1 })
  })

  test('is sent after one that went by port, and after a call that did', () => {
    const { start, finish, last } = pair()
    const cell = new Cell([['a', 1]])
    finish(start(cell), (there) => there.set('a', 2), new Map())
    expect(arrivedIn(start(cell))).toEqual({ a: 2 })
    expect(last().flags & SAME_LOCALS).toBe(0)
    finish(start(cell), (there) => there.set('a', 3))
    finish(start(cell, { argument: new Map() }), (there) => there.set('a', 4))
    expect(arrivedIn(start(cell))).toEqual({ a: 4 })
    expect(last().flags & SAME_LOCALS).toBe(0)
  })

  test('is sent where it has grown too long to be kept', () => {
    const { start, finish, last } = pair()
    const cell = new Cell([['a', 1]])
    const flags: number[] = []
    for (let turn = 0; turn < 6; turn += 1) {
      finish(start(cell), (there) => there.set(`text ${turn}`, 'x'.repeat(4000)))
      flags.push(last().flags & SAME_LOCALS)
    }
    expect(arrivedIn(start(cell))).toEqual(valuesOf(cell))
    expect(flags).toEqual([0, SAME_LOCALS, SAME_LOCALS, SAME_LOCALS, SAME_LOCALS, 0])
  })

  test('is sent where there are too many keys to look through', () => {
    const { start, finish, last } = pair()
    const cell = new Cell(Array.from({ length: 100 }, (_, index) => [`key ${index}`, index]))
    const flags: number[] = []
    for (const count of [40, 41, 1]) {
      finish(start(cell), (there) => {
        for (let index = 0; index < count; index += 1) there.set(`key ${index}`, -index)
      })
      expect(arrivedIn(start(cell))).toEqual(valuesOf(cell))
      flags.push(last().flags & SAME_LOCALS)
    }
    expect(flags).toEqual([SAME_LOCALS, 0, SAME_LOCALS])
  })

  test('leaves none of the values behind that a function has set to objects', () => {
    const { start, finish } = pair()
    const cell = new Cell([['user', { name: 'ada' }]])
    const mine = { name: 'bob' }
    finish(start(cell), (there) => there.set('user', mine))
    mine.name = 'changed by the function’s own code, later'
    expect(arrivedIn(start(cell))).toEqual({ user: { name: 'bob' } })
  })

  test('is refused where it is counted on and never came', () => {
    const { start, errors } = pair()
    const cell = new Cell([['a', 1]])
    start(cell)
    expect(() => start(cell, { spoil: (flags) => flags | AFTER_OUTCOME })).toThrow(/never came/)
    expect(errors).toHaveLength(1)
  })

  test('is the same on both sides, in whatever order calls are made and end, however they travel', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(1, 2, 'text', null, undefined, 0.5),
      fc.record({ n: fc.nat(3) }),
      fc.constant(new Map([[1, 2]])),
    )
    const act = fc.record({
      what: fc.constantFrom('set', 'set', 'set', 'delete', 'look'),
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      value,
    })
    const step = fc.oneof(
      fc.record({
        do: fc.constant('start' as const),
        scope: fc.nat(1),
        isFar: fc.boolean(),
        argument: fc.constantFrom(1, 1, 1, new Map()),
      }),
      fc.record({
        do: fc.constant('finish' as const),
        which: fc.nat(3),
        acts: fc.array(act, { maxLength: 4 }),
        result: fc.constantFrom(1, 1, 1, new Map()),
      }),
      fc.record({ do: fc.constant('call' as const), scope: fc.nat(1), acts: fc.array(act) }),
      fc.record({ do: fc.constant('set' as const), scope: fc.nat(1), act }),
    )
    const perform = (
      cell: Cell,
      { what, key, value: next }: { what: string; key: string; value: unknown },
    ) => {
      if (what === 'set') cell.set(key, next)
      else if (what === 'delete') cell.delete(key)
      else {
        const found = cell.values.get(key)
        if (typeof found === 'object' && found !== null) Reflect.set(found, 'seen', true)
      }
    }
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { start, finish } = pair()
        const cells = [0, 1].map(
          (n) =>
            new Cell([
              ['a', n],
              ['b', `b${n}`],
              ['c', { n }],
            ]),
        )
        const open: Started[] = []
        const begin = (cell: Cell, how: HowSent = {}) => {
          const before = structuredClone(valuesOf(cell))
          const call = start(cell, how)
          expect(arrivedIn(call)).toStrictEqual(before)
          return call
        }
        const end = (
          call: Started,
          acts: ReadonlyArray<Parameters<typeof perform>[1]>,
          result: unknown = 1,
        ) => {
          const expected = new Cell(Object.entries(structuredClone(valuesOf(call.cell))))
          const model = new Cell(Object.entries(structuredClone(arrivedIn(call))))
          for (const one of acts) perform(model, structuredClone(one))
          expected.apply(structuredClone(model.delta()))
          finish(
            call,
            (there) => {
              for (const one of acts) perform(there, structuredClone(one))
            },
            result,
          )
          expect(valuesOf(call.cell)).toStrictEqual(valuesOf(expected))
        }
        for (const one of steps) {
          if (one.do === 'start') open.push(begin(cells[one.scope] as Cell, one))
          else if (one.do === 'call') end(begin(cells[one.scope] as Cell), one.acts)
          else if (one.do === 'set') perform(cells[one.scope] as Cell, structuredClone(one.act))
          else {
            const [call] = open.splice(one.which % Math.max(open.length, 1), 1)
            if (call) end(call, one.acts, one.result)
          }
        }
      }),
      { numRuns: 5 * RUNS },
    )
  }, 60_000)
})

test('Locals that an outcome brought are told by name where the record of the next call has to be begun a second time', () => {
  const { start, finish, leaveLittleRoom, last } = pair()
  const cell = new Cell([['of the caller', 1]])
  finish(start(cell), (there) => there.set('of the function', 2))
  leaveLittleRoom()
  const call = start(cell, { argument: new Uint8Array(MB + 20_000) })
  expect(arrivedIn(call)).toEqual({ 'of the caller': 1, 'of the function': 2 })
  expect(last().size).toBeGreaterThan(MB)
  expect(last().flags & AFTER_OUTCOME).toBe(0)
  // As they are if it did not.
  finish(start(cell), (there) => there.set('of the function', 3))
  start(cell)
  expect(last().flags & AFTER_OUTCOME).toBe(AFTER_OUTCOME)
})
