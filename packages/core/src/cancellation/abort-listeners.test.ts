import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { AbortListeners } from './abort-listeners.js'

const COUNT = 10_000

/** A signal that counts what is put on and taken off. */
function counted() {
  const controller = new AbortController()
  const { signal } = controller
  return {
    controller,
    signal,
    put: vi.spyOn(signal, 'addEventListener'),
    taken: vi.spyOn(signal, 'removeEventListener'),
  }
}

describe('those who wait for one signal', () => {
  test('are one listener, however many there are', () => {
    const { signal, put, taken } = counted()
    const listeners = new AbortListeners()
    const stops = Array.from({ length: COUNT }, () => listeners.add(signal, () => undefined))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const stop of stops) stop()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect([put.mock.calls.length, taken.mock.calls.length]).toEqual([1, 1])
  })

  test('are told in the order in which they came', () => {
    const { controller, signal } = counted()
    const listeners = new AbortListeners()
    const told: number[] = []
    for (let index = 0; index < COUNT; index += 1) listeners.add(signal, () => told.push(index))
    controller.abort()
    expect(told).toEqual(Array.from({ length: COUNT }, (_, index) => index))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('are not told once they have gone, even if another one sent them away at that moment', () => {
    const { controller, signal } = counted()
    const listeners = new AbortListeners()
    const [gone, sentAway, after] = [vi.fn(), vi.fn(), vi.fn()]
    const stopGone = listeners.add(signal, gone)
    listeners.add(signal, () => stopSentAway())
    const stopSentAway = listeners.add(signal, sentAway)
    listeners.add(signal, after)
    stopGone()
    controller.abort()
    expect(gone).not.toHaveBeenCalled()
    expect(sentAway).not.toHaveBeenCalled()
    expect(after).toHaveBeenCalledTimes(1)
  })

  test('may come again when all have gone', () => {
    const { controller, signal } = counted()
    const listeners = new AbortListeners()
    listeners.add(signal, () => undefined)()
    const heard = vi.fn()
    const stop = listeners.add(signal, heard)
    controller.abort()
    stop()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('are told at once where it has aborted already', () => {
    const { controller, signal, put } = counted()
    controller.abort()
    const heard = vi.fn()
    new AbortListeners().add(signal, heard)()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(put).not.toHaveBeenCalled()
  })

  test('are told at once where it aborts as it is listened to, before the listener is there or after it', () => {
    for (const isBefore of [true, false]) {
      const { controller, signal, put } = counted()
      const { addEventListener } = AbortSignal.prototype
      put.mockImplementation((...args: unknown[]) => {
        if (isBefore) controller.abort()
        Reflect.apply(addEventListener, signal, args)
        controller.abort()
      })
      const listeners = new AbortListeners()
      const [first, second] = [vi.fn(), vi.fn()]
      for (const heard of [first, second]) {
        listeners.add(signal, heard)
        expect(heard).toHaveBeenCalledTimes(1)
      }
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    }
  })

  test('are refused each time by a signal that takes no listener, and heard when it does', () => {
    const { controller, signal, put } = counted()
    const listeners = new AbortListeners()
    const heard = vi.fn()
    const refuse = () => {
      throw new Error('no listeners here')
    }
    put.mockImplementationOnce(refuse).mockImplementationOnce(refuse)
    expect(() => listeners.add(signal, heard)).toThrow('no listeners here')
    expect(() => listeners.add(signal, heard)).toThrow('no listeners here')
    listeners.add(signal, heard)
    controller.abort()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('hear of it whatever the signal throws when it is to let go of the listener', () => {
    const { controller, signal, taken } = counted()
    const listeners = new AbortListeners()
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined)
    taken.mockImplementation(() => {
      throw new Error('no')
    })
    const heard = vi.fn()
    listeners.add(signal, heard)
    controller.abort()
    nextTick.mockRestore()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('hear of it whatever another one throws, and that is not lost', () => {
    const { controller, signal } = counted()
    const listeners = new AbortListeners()
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation(() => undefined)
    const heard = vi.fn()
    const failure = new Error('thrown by a listener')
    listeners.add(signal, () => {
      throw failure
    })
    listeners.add(signal, heard)
    controller.abort()
    const [thrower] = nextTick.mock.calls.map(([fn]) => fn as () => void)
    nextTick.mockRestore()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(thrower).toThrow(failure)
  })
})
