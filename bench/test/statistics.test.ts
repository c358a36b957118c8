import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measurementOf } from '../src/measuring/measurement.ts'
import { median, quantile, spread } from '../src/measuring/statistics.ts'

test('the median of an odd number of values is the middle one', () => {
  assert.equal(median([9, 1, 5]), 5)
})

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([4, 1, 2, 10]), 3)
})

test('a quantile between two values is taken in proportion', () => {
  assert.equal(quantile([0, 10], 0.99), 9.9)
  assert.equal(quantile([3, 1, 2], 0), 1)
  assert.equal(quantile([3, 1, 2], 1), 3)
})

test('numbers are sorted as numbers, and the given order stays', () => {
  const values = [100, 9, 20]
  assert.equal(median(values), 20)
  assert.deepEqual(values, [100, 9, 20])
})

test('the spread is the width of the middle half as a share of the median', () => {
  assert.equal(spread([8, 9, 10, 11, 12]), 0.2)
  assert.equal(spread([7, 7, 7]), 0)
})

test('no values have no median', () => {
  assert.equal(median([]), Number.NaN)
})

test('the quickest tenth of a process’s batches is not moved by those that others disturbed', () => {
  const calm = measurementOf([10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
  const busy = measurementOf([10, 25, 25, 10, 25, 25, 25, 25, 10, 25])
  assert.equal(busy.value, 25)
  assert.equal(busy.quick, calm.quick)
})
