import { describe, expect, test } from 'vitest'
import type { WireLocals } from '../protocol.js'
import { WrittenLocals } from './written-locals.js'

const localsOf = (keys: readonly string[]): WireLocals => ({
  keys,
  values: { value: keys.map(() => 1) },
  deleted: [],
})

/** What is there after the outcome of the first call. */
function afterFirst(written: WrittenLocals): WireLocals {
  written.keep(localsOf(['a']))
  written.noteCall(1)
  const keys = written.noteOutcome(1, localsOf(['b']))
  if (!keys) throw new Error('nothing was noted')
  return localsOf(keys)
}

describe('what is there after an outcome', () => {
  test('is known while that is read once more', () => {
    const written = new WrittenLocals()
    const after = afterFirst(written)
    written.begin()
    written.rewind()
    expect(written.has(after)).toBe(true)
  })

  test('is not brought back where a call was written between the two readings of another', () => {
    const written = new WrittenLocals()
    const after = afterFirst(written)
    written.begin()
    // The reader takes it, and knows no more of the outcome from then on.
    written.keep(localsOf(['c']))
    written.noteCall(2)
    written.rewind()
    expect(written.isAfterOutcome(after)).toBe(false)
    expect(written.has(after)).toBe(false)
  })
})
