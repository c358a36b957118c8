import { describe, expect, test, vi } from 'vitest'
import { ThreadExitedError } from '../errors.js'
import type { CallRequest, Outcome } from '../protocol.js'
import { Call } from './call.js'
import { PendingCalls, refuse } from './pending-calls.js'

const none = { locals: { keys: [], values: { value: [] }, deleted: [] }, storages: [] }
const succeeded = (value: unknown): Extract<Outcome, { ok: true }> => ({
  ok: true,
  value: { value: [value] },
  changes: none,
  ran: 1,
})
const newCall = () =>
  new Call({
    mode: 'sync',
    ref: {
      kind: 'place',
      module: 'file:///a/b.js',
      format: 'esm',
      name: 'f',
      ordinal: 0,
      line: 3,
    },
    args: { value: [] },
    scope: { chain: [], loop: '0', locals: none.locals, storages: [] },
  } satisfies CallRequest)

describe('a call', () => {
  test('is told to every listener and goes back to its thread, whatever one of them throws, and that is not lost', () => {
    const call = newCall()
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined)
    const failure = new Error('thrown by a listener')
    const [heard, holder] = [vi.fn(), { callFinished: vi.fn() }]
    call.holder = holder
    call.whenSettled(() => {
      throw failure
    })
    call.whenSettled(heard)
    call.settle({ outcome: succeeded(1) })
    call.finish()
    const [thrower] = nextTick.mock.calls.map(([fn]) => fn as () => void)
    nextTick.mockRestore()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(holder.callFinished).toHaveBeenCalledTimes(1)
    expect(thrower).toThrow(failure)
  })

  test('is settled once: what comes first stays, and every listener hears it once', () => {
    const call = newCall()
    const [before, after] = [vi.fn(), vi.fn()]
    call.whenSettled(before)
    const failure = new Error('aborted')
    call.settle({ failure })
    call.settle({ outcome: succeeded('late') })
    call.whenSettled(after)
    expect(call.settlement).toEqual({ failure })
    expect(before.mock.calls).toEqual([[{ failure }]])
    expect(after.mock.calls).toEqual([[{ failure }]])
  })

  test('may finish long after it was settled, and finishes once', () => {
    const call = newCall()
    const callFinished = vi.fn()
    call.holder = { callFinished }
    call.settle({ failure: 'aborted' })
    expect(callFinished).not.toHaveBeenCalled()
    call.finish()
    call.finish()
    expect(callFinished.mock.calls).toEqual([[call]])
  })

  test('lets a listener listen and settle again without harm', () => {
    const call = newCall()
    const inner = vi.fn()
    call.whenSettled(() => {
      call.whenSettled(inner)
      call.settle({ failure: 'again' })
    })
    call.settle({ failure: 'first' })
    expect(inner.mock.calls).toEqual([[{ failure: 'first' }]])
  })

  test('is called by name and place', () => {
    expect(newCall().label).toMatch(/^f \(.*a[\\/]b\.js:3\)$/)
  })
})

describe('pending calls', () => {
  test('get a new number for each sending, so that a stale answer finds nothing', () => {
    const pending = new PendingCalls()
    const call = newCall()
    const first = pending.add(call)
    pending.remove(first)
    const second = pending.add(call)
    expect(second).not.toBe(first)
    pending.settle(first, succeeded('stale'))
    expect(call.settlement).toBeUndefined()
    expect(pending.idOf(call)).toBe(second)
    pending.settle(second, succeeded('value'))
    expect(call.settlement).toEqual({ outcome: succeeded('value') })
    expect(pending.size).toBe(0)
  })

  test('go on to the next place when they are refused', () => {
    const pending = new PendingCalls()
    const call = newCall()
    call.onRefused = vi.fn()
    pending.settle(pending.add(call), { ok: 'refused' })
    expect(call.onRefused).toHaveBeenCalledTimes(1)
    expect(call.settlement).toBeUndefined()
  })

  test('fail when they are refused and there is no other place', () => {
    const call = newCall()
    const finished = vi.fn()
    call.holder = { callFinished: finished }
    refuse(call)
    expect(call.settlement).toHaveProperty('failure', expect.any(ThreadExitedError))
    expect(finished).toHaveBeenCalledTimes(1)
  })

  test('are not tried elsewhere when they are refused after they were given up', () => {
    const pending = new PendingCalls()
    const call = newCall()
    const finished = vi.fn()
    call.onRefused = vi.fn()
    call.holder = { callFinished: finished }
    const id = pending.add(call)
    call.settle({ failure: 'aborted' })
    pending.settle(id, { ok: 'refused' })
    expect(call.onRefused).not.toHaveBeenCalled()
    expect(finished).toHaveBeenCalledTimes(1)
  })

  test('sent to a thread that is gone, or to one below it, are taken out, and no others', () => {
    const pending = new PendingCalls()
    const sentTo = (to: string | undefined) => {
      const call = newCall()
      call.sentTo = to
      pending.add(call)
      return call
    }
    const [gone, below, sibling, elsewhere, waiting] = [
      sentTo('0/1'),
      sentTo('0/1/2'),
      sentTo('0/10'),
      sentTo('0/2'),
      sentTo(undefined),
    ]
    expect(pending.removeSentTo('0/1')).toEqual([gone, below])
    expect(pending.size).toBe(3)
    for (const call of [sibling, elsewhere, waiting]) expect(pending.idOf(call)).toBeDefined()
  })
})
