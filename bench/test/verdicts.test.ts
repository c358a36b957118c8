import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Goal, goals } from '../src/goals.ts'
import { scenarios } from '../src/scenarios/index.ts'
import { judge } from '../src/verdicts.ts'
import { found } from './found.ts'

const goal: Goal = {
  what: 'blocking call, number',
  scenario: 'blocking',
  condition: 'pinned',
  metric: 'number',
  against: ['synckit', 'make-synchronized'],
  limit: 0.7,
}

test('a goal is judged by the medians, against the best of those it names', () => {
  const results = found('blocking', 'number', {
    syncbridge: [6, 5, 9],
    synckit: [10, 10, 10],
    'make-synchronized': [8, 20, 20],
    'sync-message-port': [1, 1, 1],
  })
  const [verdict] = judge([goal], results)
  assert.equal(verdict?.best, 'synckit')
  assert.equal(verdict?.value, 0.6)
  assert.equal(verdict?.met, true)
  assert.deepEqual(verdict?.range, { low: 0.5, high: 0.9 })
})

test('a ratio of just the limit meets the goal, a larger one does not', () => {
  const [just] = judge([goal], found('blocking', 'number', { syncbridge: [7], synckit: [10] }))
  const [over] = judge([goal], found('blocking', 'number', { syncbridge: [7.1], synckit: [10] }))
  assert.equal(just?.met, true)
  assert.equal(over?.met, false)
})

test('a goal without numbers is not judged', () => {
  assert.deepEqual(judge([goal], found('blocking', 'number', { syncbridge: [7] })), [])
  assert.deepEqual(judge([goal], found('blocking', 'number', { synckit: [7] })), [])
})

test('a difference is compared with the limit as it is', () => {
  const [verdict] = judge(
    [{ ...goal, by: 'difference', limit: 300 }],
    found('blocking', 'number', { syncbridge: [1400], synckit: [1100] }),
  )
  assert.equal(verdict?.value, 300)
  assert.equal(verdict?.met, true)
})

test('times slower is how often ours fits into theirs, and must be reached', () => {
  const slower = { ...goal, by: 'times slower', limit: 6 } as const
  const [met] = judge([slower], found('blocking', 'number', { syncbridge: [10], synckit: [60] }))
  const [missed] = judge([slower], found('blocking', 'number', { syncbridge: [10], synckit: [59] }))
  assert.equal(met?.met, true)
  assert.equal(missed?.met, false)
})

test('a goal may compare two numbers of ours', () => {
  const results = found('locals', 'none', { syncbridge: [10] })
  results.add('locals', 'pinned', 'syncbridge', { changed: { value: 13, unit: 'µs' } })
  const own = { ...goal, scenario: 'locals', metric: 'changed', against: ['syncbridge'] }
  const [verdict] = judge([{ ...own, theirs: { metric: 'none' }, limit: 1.3 }], results)
  assert.equal(verdict?.value, 1.3)
  assert.equal(verdict?.met, true)
})

test('every goal is about a scenario, a condition and contenders that exist', () => {
  for (const { what, scenario, condition, against, theirs } of goals) {
    for (const name of new Set([scenario, theirs?.scenario ?? scenario])) {
      const place = scenarios.find((each) => each.name === name)
      assert.ok(place?.conditions.includes(condition), `${what}: ${name}, ${condition}`)
    }
    const rivals = scenarios.find((each) => each.name === (theirs?.scenario ?? scenario))
    for (const name of against) {
      const isThere = rivals?.contenders.some((each) => each === name)
      assert.ok(isThere, `${what}: ${name} takes no part in ${rivals?.name}`)
    }
  }
})
