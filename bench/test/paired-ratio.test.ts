import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRatio } from '../src/changes.ts'
import { FEWEST_PAIRS, pairedRatio, pairsOutside } from '../src/measuring/paired-ratio.ts'
import { type Noise, noise } from './noise.ts'

const PAIRS = 10
const RUNS = 2000

/** What a run says of a core that takes `factor` times as long, on a machine with this noise. */
function verdictOf({ slow, drift }: Noise, factor: number) {
  const [now, before]: number[][] = [[], []]
  for (let pair = 0; pair < PAIRS; pair++) {
    const machine = drift()
    now?.push(10 * factor * machine * slow())
    before?.push(10 * machine * slow())
  }
  return judgeRatio(pairedRatio(now ?? [], before ?? []))
}

function shareOf(verdict: string, factor: number, spread: number): number {
  const source = noise(7, spread)
  const runs = Array.from({ length: RUNS }, () => verdictOf(source, factor))
  return runs.filter((each) => each === verdict).length / RUNS
}

test('the limits of the sign test are those of the tables', () => {
  const limits = [5, 6, 10, 15, 20, 25, 30].map(pairsOutside)
  assert.deepEqual(limits, [undefined, 0, 1, 3, 5, 7, 9])
  assert.equal(pairsOutside(FEWEST_PAIRS - 1), undefined)
  assert.notEqual(pairsOutside(FEWEST_PAIRS), undefined)
})

test('six pairs have the interval from their lowest to their highest ratio', () => {
  const ratio = pairedRatio([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1])
  assert.ok(ratio)
  assert.ok(Math.abs(ratio.low - 1) < 1e-9)
  assert.ok(Math.abs(ratio.high - 6) < 1e-9)
})

test('each number is compared with its neighbour in time, so a machine that slows down for all changes nothing', () => {
  const machine = [1, 2, 9, 4, 1, 7, 3, 3, 2, 5]
  const ratio = pairedRatio(
    machine.map((speed) => 1.1 * speed),
    machine,
  )
  assert.deepEqual(
    [ratio?.low, ratio?.middle, ratio?.high].map((each) => each?.toFixed(6)),
    ['1.100000', '1.100000', '1.100000'],
  )
})

test('one of ten pairs that went wrong moves neither middle nor interval', () => {
  const ratio = pairedRatio([10, 10, 10, 10, 10, 10, 10, 10, 10, 90], new Array(10).fill(10))
  assert.equal(ratio?.middle, 1)
  assert.equal(ratio?.high, 1)
  assert.equal(judgeRatio(ratio), 'same')
})

test('too few pairs, or numbers that have no ratio, have no interval', () => {
  assert.equal(pairedRatio([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]), undefined)
  assert.equal(pairedRatio([1, 2, 3, 4, 5, -1], [1, 1, 1, 1, 1, 1]), undefined)
  assert.equal(pairedRatio([1, 2, 3, 4, 5, 1], [1, 1, 1, 1, 1, 0]), undefined)
  assert.throws(() => pairedRatio([1, 2], [1]), RangeError)
})

test('worse needs an interval above 1 and a middle above 1.03, better the same downwards', () => {
  assert.equal(judgeRatio({ low: 1.01, middle: 1.04, high: 1.1 }), 'worse')
  assert.equal(judgeRatio({ low: 1.01, middle: 1.03, high: 1.1 }), 'can’t tell')
  assert.equal(judgeRatio({ low: 0.99, middle: 1.2, high: 1.4 }), 'can’t tell')
  assert.equal(judgeRatio({ low: 0.9, middle: 0.96, high: 0.99 }), 'better')
  assert.equal(judgeRatio({ low: 0.9, middle: 0.96, high: 1.01 }), 'can’t tell')
  assert.equal(judgeRatio({ low: 0.98, middle: 1, high: 1.02 }), 'same')
  assert.equal(judgeRatio({ low: 1.001, middle: 1.01, high: 1.02 }), 'same')
  assert.equal(judgeRatio(undefined), 'can’t tell')
})

test('the same build on both sides is called worse by chance in one run of 50 at most', () => {
  for (const spread of [0.01, 0.05, 0.2]) {
    const share = shareOf('worse', 1, spread)
    assert.ok(share <= 0.02, `${share} at a noise of ${spread}`)
  }
})

test('a slow-down of 10 % is found in nearly every run, where processes differ by 2 %', () => {
  assert.ok(shareOf('worse', 1.1, 0.01) > 0.99)
  assert.ok(shareOf('worse', 1.1, 0.02) > 0.9)
  assert.ok(shareOf('better', 1 / 1.1, 0.02) > 0.9)
})

test('with noise that hides a slow-down it is not called the same', () => {
  assert.ok(shareOf('same', 1.1, 0.2) < 0.001)
  assert.ok(shareOf('same', 1.1, 0.05) < 0.001)
})
