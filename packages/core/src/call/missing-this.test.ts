import { describe, expect, test } from 'vitest'
import { explainMissingThis } from './missing-this.js'

class Ledger {
  entries = [1]
  #secret = 1
  count() {
    return this.entries.length
  }
  add() {
    this.entries = []
  }
  taken() {
    const { entries } = this
    return entries
  }
  hidden() {
    return this.#secret
  }
  bracketed() {
    // biome-ignore lint/complexity/useLiteralKeys: this is what is looked for.
    return this['entries']
  }
  other(list?: { entries: number[] }) {
    // It speaks of this, but of another's size.
    return (list as unknown as { size: number }).size
  }
}

function messageOf(fn: () => unknown): string {
  try {
    fn.call(undefined)
  } catch (error) {
    const explained = explainMissingThis(error, fn, () => 'fn (file.js)') as Error
    expect(explained).toBe(error)
    expect(explained.stack).toContain(explained.message)
    return explained.message
  }
  throw new Error('it did not throw')
}

describe('a TypeError of a method that runs without its object', () => {
  const { prototype } = Ledger
  test.each([
    ['reads', prototype.count],
    ['sets', prototype.add],
    ['takes apart', prototype.taken],
    ['reads privately', prototype.hidden],
    ['reads by brackets', prototype.bracketed],
  ])('says what to do where it %s', (_what, fn) => {
    expect(messageOf(fn)).toMatch(/^Cannot .*: fn \(file\.js\) uses `this`.*arguments.*\.bind\(/s)
  })

  test('is left alone where something else was missing', () => {
    expect(messageOf(prototype.other)).not.toContain('arguments')
    expect(messageOf(() => (undefined as unknown as { x: 1 }).x)).not.toContain('arguments')
  })

  test('of another kind is left alone', () => {
    const error = new RangeError("Cannot read properties of undefined (reading 'entries')")
    expect(explainMissingThis(error, prototype.count, () => 'fn')).toBe(error)
    expect(error.message).not.toContain('bind')
    expect(explainMissingThis('text', prototype.count, () => 'fn')).toBe('text')
  })

  test('that throws whatever it is asked is left alone', () => {
    const refuse = () => {
      throw new Error('not to be asked')
    }
    const proxy = new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse })
    expect(explainMissingThis(proxy, prototype.count, () => 'fn') === proxy).toBe(true)
    const error = Object.defineProperty(new TypeError(), 'message', { get: refuse })
    expect(explainMissingThis(error, prototype.count, () => 'fn') === error).toBe(true)
  })
})
