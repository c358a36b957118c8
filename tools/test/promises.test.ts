import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { blocksOf, faultsOfPromises } from '../promises.ts'

const page = `# Title

A **first** sentence. A second
one, with a [link](other.md).

- An item.

| a | b |
| --- | --- |
| x | 1 |
| y | 2 |
`
const testsOf = (file: string) =>
  file === 'a.test.js'
    ? [
        { title: 'holds it', skipped: false },
        { title: 'is off', skipped: true },
      ]
    : undefined
const faultsOf = (list: string) => faultsOfPromises(page, list, testsOf)
const held = '  > a.test.js › holds'

describe('a list of promises', () => {
  test('is asked for each paragraph, item and row of the page, without its marks', () => {
    assert.deepEqual(
      blocksOf(page).map(({ text }) => text),
      ['A first sentence. A second one, with a link.', 'An item.', 'x | 1', 'y | 2'],
    )
  })

  test('is right where each has a test or a reason, also sentence by sentence', () => {
    const list = `A first\n${held}\nA second\n  = advice\nAn item\n${held}\n(rows)\n${held}\n`
    assert.deepEqual(faultsOf(list), [])
  })

  test('is wrong where something is left out, or is not said any more', () => {
    assert.match(
      faultsOf(`A first\n${held}\n(rows)\n${held}\n`).join('\n'),
      /no entry for 'An item/,
    )
    const stale = `A first\n${held}\nA third\n${held}\nAn item\n${held}\n(rows)\n${held}\n`
    assert.match(faultsOf(stale).join('\n'), /does not say 'A third'/)
  })

  test('is wrong where a test is missing or skipped, and where neither test nor reason is named', () => {
    const list = (line: string) => `A first\n${line}\nAn item\n${held}\n(rows)\n${held}\n`
    assert.match(faultsOf(list('  > a.test.js › is gone')).join(), /has no test/)
    assert.match(faultsOf(list('  > a.test.js › is off')).join(), /is skipped/)
    assert.match(faultsOf(list('  > b.test.js › holds')).join(), /there is no file/)
    assert.match(faultsOf(list('')).join(), /neither a test nor a reason/)
  })
})
