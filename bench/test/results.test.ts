import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Results, ratioRange, summarise } from '../src/results.ts'
import { found } from './found.ts'

test('what one contender took in each round makes one series', () => {
  const results = found('blocking', 'number', { syncbridge: [3, 1, 2] })
  assert.equal(results.all().length, 1)
  const series = results.find('blocking', 'pinned', 'number', 'syncbridge')
  assert.deepEqual(
    series?.rounds.map(({ value }) => value),
    [3, 1, 2],
  )
})

test('another condition, metric or contender is another series', () => {
  const results = new Results()
  results.add('blocking', 'pinned', 'a', {
    x: { value: 1, unit: 'µs' },
    y: { value: 2, unit: 'µs' },
  })
  results.add('blocking', 'free', 'a', { x: { value: 3, unit: 'µs' } })
  results.add('blocking', 'pinned', 'b', { x: { value: 4, unit: 'µs' } })
  assert.equal(results.all().length, 4)
  assert.equal(results.find('blocking', 'free', 'x', 'a')?.rounds[0]?.value, 3)
})

test('a summary holds the medians, and leaves out what was not measured', () => {
  const results = new Results()
  for (const [value, p99] of [
    [1, 10],
    [2, 30],
    [9, 20],
  ] as const) {
    results.add('blocking', 'pinned', 'a', { x: { value, p99, unit: 'µs' } })
  }
  const [series] = results.all()
  assert.ok(series)
  const { median, p99, cpu, unit } = summarise(series)
  assert.deepEqual({ median, p99, cpu, unit }, { median: 2, p99: 20, cpu: undefined, unit: 'µs' })
})

test('the range of a ratio compares numbers of the same round', () => {
  const results = found('blocking', 'number', { a: [10, 40], b: [20, 20] })
  const [a, b] = results.all()
  assert.ok(a && b)
  assert.deepEqual(ratioRange(a, b), { low: 0.5, high: 2 })
})
