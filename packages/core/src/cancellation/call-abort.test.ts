import { describe, expect, test, vi } from 'vitest'
import { CallAbort } from './call-abort.js'

describe('the abort of a call', () => {
  test('shows on the signal, whether that was asked for before or after', () => {
    const early = new CallAbort()
    const { signal } = early
    expect(signal.aborted).toBe(false)
    early.abort('reason')
    expect([signal.aborted, signal.reason]).toEqual([true, 'reason'])
    const late = new CallAbort()
    late.abort('reason')
    expect([late.signal.aborted, late.signal.reason]).toEqual([true, 'reason'])
  })

  test('always has the same signal', () => {
    const abort = new CallAbort()
    expect(abort.signal).toBe(abort.signal)
  })

  test('happens once: the first reason stays', () => {
    const abort = new CallAbort()
    const heard = vi.fn()
    abort.onAbort(heard)
    abort.abort('first')
    abort.abort('second')
    expect(abort.signal.reason).toBe('first')
    expect(heard.mock.calls).toEqual([['first']])
  })

  test('is told at once to whoever listens too late', () => {
    const abort = new CallAbort()
    abort.abort('reason')
    const heard = vi.fn()
    abort.onAbort(heard)()
    expect(heard.mock.calls).toEqual([['reason']])
  })

  test('is not told to whoever has stopped listening, nor to one that another listener took off', () => {
    const abort = new CallAbort()
    const heard = vi.fn()
    abort.onAbort(heard)()
    abort.abort('reason')
    expect(heard).not.toHaveBeenCalled()
  })

  test('without a reason has one all the same', () => {
    const abort = new CallAbort()
    abort.abort(undefined)
    expect(abort.signal.reason).toBeInstanceOf(DOMException)
  })
})
