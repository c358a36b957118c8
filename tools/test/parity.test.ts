import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countsOfParity, faultsOfParity, testsIn } from '../parity.ts'

const lineOf = (row: number, status = 'same', tests = 'a.test.js › row') =>
  `| ${row} | what it does | ${status} | ${tests} |`
const page = (...changed: string[]) => {
  const numbers = new Set(changed.map((line) => Number(line.split('|')[1])))
  const others = Array.from({ length: 154 }, (_, index) => index + 1).filter(
    (row) => !numbers.has(row),
  )
  return [...changed, ...others.map((row) => lineOf(row))].join('\n')
}
const testsOf = (file: string) =>
  file === 'a.test.js'
    ? [
        { title: 'row 1: works', skipped: false },
        { title: 'test_that: works', skipped: false },
        { title: 'off', skipped: true },
      ]
    : undefined
const faultsOf = (...changed: string[]) => faultsOfParity(page(...changed), testsOf)

describe('the parity page', () => {
  test('that answers every row by a test has no fault', () => {
    assert.deepEqual(faultsOf('| # | heading | here | test |', '|---|---|---|---|'), [])
  })

  test('may say that a row does not apply, and then needs no test', () => {
    assert.deepEqual(faultsOf(lineOf(2, 'not applicable: it is about forks', '—')), [])
  })

  test('is told the row that is missing, doubled, or not in the contract', () => {
    assert.deepEqual(faultsOfParity(page().replace('| 7 |', '| 8 |'), testsOf), [
      'line 8: row 8 is there twice',
      'row 7 is missing',
    ])
    assert.deepEqual(faultsOf(lineOf(155)), ['line 1: row 155 is none of 1 to 154'])
  })

  for (const status of ['not yet', 'different', 'different:', 'Same', 'not applicable']) {
    test(`is told that '${status}' is no answer`, () => {
      assert.deepEqual(faultsOf(lineOf(2, status)), [
        "line 1: row 2 is none of 'same', 'different: why' and 'not applicable: why'",
      ])
    })
  }

  test('is told the test that is missing, unknown or skipped', () => {
    const faultsOfTests = (tests: string) => faultsOf(lineOf(2, 'same', tests))
    assert.deepEqual(faultsOfTests('—'), ['line 1: row 2 names no test'])
    assert.deepEqual(faultsOfTests('b.test.js › row'), ['line 1: there is no file b.test.js'])
    assert.deepEqual(faultsOfTests('a.test.js'), [
      "line 1: 'a.test.js' is not 'file › title start'",
    ])
    assert.deepEqual(faultsOfTests('a.test.js › row<br>a.test.js › row 2'), [
      "line 1: a.test.js has no test whose title starts with 'row 2'",
    ])
    assert.deepEqual(faultsOfTests('a.test.js › off'), ["line 1: a.test.js: 'off' is skipped"])
  })

  test('is told the test of asgiref that is not there, or there twice', () => {
    const that = '| `test_that` | a.test.js |'
    assert.deepEqual(faultsOf(that, '| `test_it` | not applicable: it forks |'), [])
    assert.deepEqual(faultsOf(that, that), ['line 2: `test_that` is there twice'])
    assert.deepEqual(faultsOf('| `test_it` | a.test.js |'), [
      "line 1: a.test.js has no test whose title starts with 'test_it:'",
    ])
  })

  test('is counted by its answers', () => {
    assert.equal(
      countsOfParity(page(lineOf(1, 'different: faster'), lineOf(2, 'not applicable: none', '—'))),
      '152 same, 1 different, 1 not applicable',
    )
  })

  test('is told a row with a cell too many', () => {
    assert.deepEqual(faultsOf('| 2 | a | b | same | a.test.js › row |'), [
      'line 1: row 2 has 5 cells, not 4',
      'row 2 is missing',
    ])
  })
})

describe('the tests of a file', () => {
  test('are found by their titles, in groups and loops too', () => {
    const source = `
test('plain', () => {})
describe('group', () => { it("inside", () => {}) })
for (const n of [1]) test(\`number \${n}: x\`, () => {})
notATest('other')
`
    assert.deepEqual(testsIn(source), [
      { title: 'plain', skipped: false },
      { title: 'inside', skipped: false },
      { title: 'number ', skipped: false },
    ])
  })

  test('are known to be skipped, by whatever way', () => {
    const source = `
test.skip('one', () => {})
test('two', { skip: 'slow' }, () => {})
test('three', (t) => { t.todo() })
describe.todo('group', () => { test('four', () => {}) })
describe('group', { skip: true }, () => { test('five', () => {}) })
describe('group', () => { test('six', (t) => t.skip('why')); test('seven', () => {}) })
const skip = isOld && 'too old'
test('eight', { skip }, () => {})
`
    assert.deepEqual(
      testsIn(source).map(({ title, skipped }) => [title, skipped]),
      [
        ['one', true],
        ['two', true],
        ['three', true],
        ['four', true],
        ['five', true],
        ['six', true],
        ['seven', false],
        // Elsewhere it runs.
        ['eight', false],
      ],
    )
  })
})
