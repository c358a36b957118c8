import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare } from '../src/changes.ts'
import { changeCount, comparisonTable } from '../src/report/comparison.ts'
import { goalCount, goalTable } from '../src/report/goal-table.ts'
import { numberTables } from '../src/report/number-tables.ts'
import { resultsPage } from '../src/report/results-page.ts'
import { short, textTable } from '../src/report/text-table.ts'
import { scenarios } from '../src/scenarios/index.ts'
import { judge } from '../src/verdicts.ts'
import { found } from './found.ts'

test('a table has columns of one width, numbers to the right', () => {
  const table = textTable(
    ['who', 'µs'],
    [
      ['ours', '1.50'],
      ['a longer name', '12.0'],
    ],
    [1],
  )
  assert.equal(
    table,
    [
      '| who           |   µs |',
      '| ------------- | ---: |',
      '| ours          | 1.50 |',
      '| a longer name | 12.0 |',
    ].join('\n'),
  )
})

test('a number is shown with about three digits', () => {
  assert.deepEqual([0.123, 4.5678, 45.67, 456.7, 45_678.9, Number.NaN].map(short), [
    '0.12',
    '4.57',
    '45.7',
    '457',
    '45 679',
    '–',
  ])
})

const goal = {
  what: 'blocking call, number',
  scenario: 'blocking',
  condition: 'pinned',
  metric: 'number',
  against: ['synckit'],
  limit: 0.7,
} as const

test('the table of goals says for each what was found and whether it is met', () => {
  const results = found('blocking', 'number', { syncbridge: [6], synckit: [10] })
  const verdicts = judge([goal, { ...goal, limit: 0.5 }], results)
  const [, , met, missed] = goalTable(verdicts).split('\n')
  assert.match(met ?? '', /6\.00 \| synckit +\| +10\.0 \| +0\.60 \| 0\.60–0\.60 \| ≤ 0\.7 \| yes/)
  assert.match(missed ?? '', /≤ 0\.5 \| NO/)
  assert.equal(goalCount(verdicts), '1 of 2 goals met.')
})

test('the numbers of a scenario stand in one table for each condition, the fastest first', () => {
  const results = found('blocking', 'number', { synckit: [10, 12, 14], syncbridge: [5, 6, 7] })
  const text = numberTables(results, scenarios)
  assert.match(text, /^### blocking, pinned\n/)
  assert.ok(text.indexOf('| syncbridge ') < text.indexOf('| synckit '))
  assert.match(text, /synckit +\| +12\.0 µs \| +± 8 %/)
})

test('an earlier core’s numbers stand beside today’s, with ratio, interval, pairs and verdict', () => {
  const ten = (value: number) => new Array<number>(10).fill(value)
  const results = found('blocking', 'number', { syncbridge: ten(11), 'syncbridge at v1': ten(10) })
  results.addLack('blocking', 'free', 'syncbridge at v1', 'TypeError: moved is not a function')
  results.add('blocking', 'free', 'syncbridge', { number: { value: 10, unit: 'µs' } })
  const changes = compare(results, 'at v1')
  const [, , worse, lacking] = comparisonTable(changes, 'at v1').split('\n')
  assert.match(
    worse ?? '',
    /^\| blocking, number \| pinned \| +10\.0 \| 11\.0 \| +1\.10 \| 1\.10–1\.10 \| +10 \| WORSE +\|$/,
  )
  assert.match(lacking ?? '', /\| free .*not there: TypeError: moved is not a function \|$/)
  assert.equal(changeCount(changes), '1 worse, 1 not there')
  assert.equal(changeCount([]), '0 worse')
})

test('a number that was measured again tells what it seemed to be at first', () => {
  const [series] = found('blocking', 'number', { syncbridge: [10] }).all()
  assert.ok(series)
  const ratio = { low: 0.99, middle: 1, high: 1.01 }
  const seemed = { low: 1.02, middle: 1.08, high: 1.2 }
  const table = comparisonTable(
    [{ series, now: 10, before: 10, ratio, seemed, verdict: 'same' }],
    'at v1',
  )
  assert.match(table, /0\.99–1\.01 .*same, measured again after 1\.08 \(1\.02–1\.20\)/)
})

const machine = {
  date: '2026-11-23',
  cores: 2,
  node: 'v24.21.0',
  platform: 'linux x64',
  load: 0.25,
  taken: 0.01,
  commit: 'abc1234',
}

test('the page of results names machine, Node and commit, and keeps the notes of the page before', () => {
  const results = found('blocking', 'number', { syncbridge: [6], synckit: [10] })
  const run = { machine, rounds: 5, results, scenarios, verdicts: [], missing: ['taskset'] }
  const page = resultsPage(run, '# Results\n\nold\n\n## Goals not met, and why\n\nThe clock.\n')
  assert.match(
    page,
    /2026-11-23, 2 cores \(shared\), linux x64, Node v24\.21\.0, commit abc1234, 5 rounds/,
  )
  assert.match(page, /load of 0\.25, 1 % of it taken by others/)
  assert.match(page, /Not at hand: taskset\./)
  assert.ok(page.endsWith('## Goals not met, and why\n\nThe clock.\n'))
  assert.ok(!page.includes('old'))
  assert.equal(resultsPage(run, page), page)
})
