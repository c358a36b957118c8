import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfNumbers } from '../quoted-numbers.ts'

const results = '| number | syncbridge | 4.65 µs | ± 12 % |\n| import | synckit | 37\u00a0145 µs |'

describe('the numbers that a page quotes', () => {
  test('are those of the results, however their thousands are set apart', () => {
    assert.deepEqual(faultsOfNumbers('| a | **4.65 µs** | 37 145 µs |', results), [])
  })

  test('are told by line where they are none of the results', () => {
    assert.deepEqual(
      faultsOfNumbers('text\n| a | 4.66 µs | 145 µs |\n99 µs in a sentence', results),
      ['line 2: 4.66 µs is none of the results', 'line 2: 145 µs is none of the results'],
    )
  })
})
