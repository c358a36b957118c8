import { afterEach, describe, expect, test } from 'vitest'
import { withoutCapture } from './stack-capture.js'

const original = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor

afterEach(() => Object.defineProperty(Error, 'stackTraceLimit', original))

const make = () => new Error('m')

describe('an error made without a capture', () => {
  test('has no frames, and the next one has', () => {
    expect(withoutCapture(make).stack).toBe('Error: m')
    expect(make().stack).toContain('\n    at ')
  })

  test('leaves the limit as it was, also where making it failed', () => {
    Error.stackTraceLimit = 7
    withoutCapture(make)
    expect(Error.stackTraceLimit).toBe(7)
    expect(() =>
      withoutCapture(() => {
        throw new RangeError('no')
      }),
    ).toThrow(RangeError)
    expect(Error.stackTraceLimit).toBe(7)
  })

  test('leaves alone a limit that is gone or is no number', () => {
    for (const limit of [undefined, 'ten']) {
      Object.defineProperty(Error, 'stackTraceLimit', { ...original, value: limit })
      expect(withoutCapture(make).message).toBe('m')
      expect(Error.stackTraceLimit).toBe(limit)
    }
    Reflect.deleteProperty(Error, 'stackTraceLimit')
    expect(withoutCapture(make).message).toBe('m')
    expect(Object.hasOwn(Error, 'stackTraceLimit')).toBe(false)
  })

  test('is made also where the limit can’t be written, or read', () => {
    const hostile: PropertyDescriptor[] = [
      { value: 10, writable: false },
      { get: () => 10 },
      {
        get() {
          throw new Error('no limit')
        },
      },
    ]
    for (const descriptor of hostile) {
      Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, configurable: true })
      expect(withoutCapture(make).message).toBe('m')
    }
  })
})
