import { afterEach, describe, expect, test } from 'vitest'
import { Registry } from '../registry/registry.js'
import { Codec } from './codec.js'
import { joinLate } from './late-stack.js'

const remote = 'RangeError: too far\n    at thrower (file:///app/thread.js:1:2)'
const { stackTraceLimit } = Error
const hook = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')

afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit
  if (hook) Object.defineProperty(Error, 'prepareStackTrace', hook)
  else Reflect.deleteProperty(Error, 'prepareStackTrace')
})

/** An error as it is after it was decoded, with the stack of a call from here below its own. */
function arrived(): Error {
  const error = new RangeError('too far')
  error.stack = remote
  joinLate(error, 'f ran in another thread')
  return error
}

/** With this in place of Node's own printing. */
function printBy(print: (error: Error) => unknown): void {
  Error.prepareStackTrace = print
}

describe('a stack that is joined late', () => {
  test('is the other thread’s, and below it the caller’s', () => {
    const lines = arrived().stack?.split('\n') ?? []
    expect(lines.slice(0, 3)).toEqual([
      ...remote.split('\n'),
      '    --- f ran in another thread, called from ---',
    ])
  })

  test('is printed when it is read, once', () => {
    let printed = 0
    printBy(() => {
      printed += 1
      return 'Error\n    at caller (file:///app/main.js:5:6)'
    })
    const error = arrived()
    expect(printed).toBe(0)
    expect(error.stack).toMatch(/called from ---\n {4}at caller \(file:\/\/\/app\/main\.js:5:6\)$/)
    expect(error.stack).toBe(error.stack)
    expect(printed).toBe(1)
  })

  test('is a property like any other after that, and never enumerable', () => {
    const error = arrived()
    expect(Object.keys(error)).toEqual([])
    const { stack } = error
    expect(Object.getOwnPropertyDescriptor(error, 'stack')).toEqual({
      value: stack,
      writable: true,
      configurable: true,
      enumerable: false,
    })
  })

  test('can be assigned, before it is read and after', () => {
    const [unread, read] = [arrived(), arrived()]
    expect(read.stack).toContain('thrower')
    for (const error of [unread, read]) {
      error.stack = 'mine'
      expect(error.stack).toBe('mine')
      expect(Object.keys(error)).toEqual([])
    }
  })

  test('can be captured anew', () => {
    const error = arrived()
    Error.captureStackTrace(error)
    expect(error.stack).not.toContain('thrower')
  })

  test('is read, and refuses assignment, on a frozen error', () => {
    const error: Error = Object.freeze(arrived())
    expect(error.stack).toContain('thrower')
    expect(error.stack).toBe(error.stack)
    expect(() => {
      error.stack = 'mine'
    }).toThrow(TypeError)
    expect(error.stack).toContain('thrower')
  })

  test('is inherited, and assigning to an heir leaves it as it was', () => {
    const error = arrived()
    const [heir, other] = [Object.create(error), Object.create(error)]
    other.stack = 'mine'
    expect([other.stack, Object.keys(other)]).toEqual(['mine', ['stack']])
    expect(heir.stack).toContain('thrower')
    expect(heir.stack).toBe(error.stack)
  })

  test('is undefined for something that has only borrowed its getter', () => {
    const descriptor = Object.getOwnPropertyDescriptor(arrived(), 'stack') as PropertyDescriptor
    expect(Object.defineProperty({}, 'stack', descriptor)).toHaveProperty('stack', undefined)
  })

  test('is in a structured clone', () => {
    const error = arrived()
    expect(structuredClone(error).stack).toContain('called from')
    expect(structuredClone(error).stack).toBe(error.stack)
  })

  test('goes on to another thread as it is', () => {
    const codec = new Codec(new Registry())
    const error = arrived()
    const next = codec.decode(structuredClone(codec.encode(error))) as Error
    expect(next.stack).toContain('called from')
    joinLate(next, 'g ran in another thread')
    const [thrown, first, second] = ['thrower', 'f ran', 'g ran'].map(
      (part) => next.stack?.indexOf(part) ?? -1,
    ) as [number, number, number]
    expect(thrown).toBeGreaterThan(0)
    expect(first).toBeGreaterThan(thrown)
    expect(second).toBeGreaterThan(first)
  })

  test('ends at the border where no frames are captured', () => {
    Error.stackTraceLimit = 0
    const error = arrived()
    Error.stackTraceLimit = stackTraceLimit
    expect(error.stack).toBe(`${remote}\n    --- f ran in another thread, called from ---`)
  })

  test('keeps the other thread’s part where printing throws, or gives no text', () => {
    const prints = [
      () => {
        throw new Error('no print')
      },
      (_error: Error) => [],
      () => undefined,
    ]
    for (const print of prints) {
      printBy(print)
      expect(arrived().stack).toBe(`${remote}\n    --- f ran in another thread, called from ---`)
    }
  })
})
