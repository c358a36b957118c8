import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measurePairs } from '../src/against.ts'
import type { Change } from '../src/changes.ts'
import type { Measurements } from '../src/measuring/measurement.ts'
import { planHeats } from '../src/rounds.ts'
import type { Job } from '../src/run-process.ts'
import { scenarios } from '../src/scenarios/index.ts'
import { noise } from './noise.ts'

const label = 'at v1'
const everywhere = planHeats(scenarios, undefined, { label, bench: '/v1' })
const blocking = planHeats(scenarios, /^blocking\/pinned/, { label, bench: '/v1' })

const isEarlier = ({ bench }: Job) => bench === '/v1'
const number = (value: number): Measurements => ({ number: { value, unit: 'µs' } })

/** Runs with processes that are made up: what each finds, who ran when, and what the run told. */
async function measured(
  heats: typeof everywhere,
  find: (job: Job, ran: number) => Measurements,
  pairs = 10,
) {
  const order: string[] = []
  const told: string[] = []
  const measure = async (job: Job) => {
    order.push(isEarlier(job) ? 'B' : 'A')
    return find(job, order.length)
  }
  const changes = await measurePairs(heats, {
    label,
    pairs,
    measure,
    tell: (text) => told.push(text),
  })
  return { changes, order: order.join(''), told: told.join('\n') }
}

const worseOf = (changes: readonly Change[]) =>
  changes
    .filter(({ verdict }) => verdict === 'worse')
    .map(({ series: { scenario, condition } }) => `${scenario}/${condition}`)

test('the two cores take turns as ABBA, ten pairs a row', async () => {
  const { order, changes } = await measured(blocking, () => number(10))
  assert.equal(order, 'ABBA'.repeat(5))
  assert.equal(changes[0]?.series.rounds.length, 10)
  assert.equal(changes[0]?.verdict, 'same')
})

test('with the same core on both sides no row of a whole run is worse', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { slow } = noise(seed, 0.05)
    const { changes } = await measured(everywhere, () => number(10 * slow()))
    assert.equal(changes.length, everywhere.length)
    assert.deepEqual(worseOf(changes), [])
  }
})

test('a slow-down of 10 % in one row is found, there alone', async () => {
  const runs = 20
  let times = 0
  for (let seed = 1; seed <= runs; seed++) {
    const { slow } = noise(seed, 0.01)
    const { changes, told } = await measured(everywhere, (job) => {
      const isSlower = !isEarlier(job) && job.scenario.name === 'nested' && job.condition === 'free'
      return number(10 * slow() * (isSlower ? 1.1 : 1))
    })
    const worse = worseOf(changes)
    if (worse.length === 0) continue
    times++
    assert.deepEqual(worse, ['nested/free'])
    assert.match(told, /Measured again, as they seem worse: .*nested\/free/)
  }
  assert.ok(times >= 0.9 * runs, `found in ${times} of ${runs} runs`)
})

test('a row that seemed worse by chance is cleared by fresh pairs', async () => {
  const { changes, order } = await measured(blocking, (job, ran) =>
    number(ran <= 20 && !isEarlier(job) ? 12 : 10),
  )
  assert.equal(order.length, 40)
  assert.equal(changes[0]?.verdict, 'same')
  assert.equal(changes[0]?.seemed?.middle.toFixed(2), '1.20')
})

test('a row that the earlier core can not run says so, is not tried again, and lets the others run', async () => {
  const { changes, order } = await measured(
    planHeats(scenarios, /^(blocking|nested)\/pinned/, { label, bench: '/v1' }),
    (job) => {
      if (!isEarlier(job) || job.scenario.name === 'nested') return number(10)
      throw new Error('blocking, pinned, syncbridge ended with 1:\nat x\nTypeError: no echo\nat y')
    },
  )
  assert.deepEqual(
    changes.map(({ series, verdict, lack }) => [series.scenario, verdict, lack]),
    [
      ['blocking', 'not there', 'TypeError: no echo'],
      ['nested', 'same', undefined],
    ],
  )
  assert.equal(order.length, 2 + 20)
})

test('a failure of today’s core ends the run', async () => {
  const failing = measured(blocking, (job) => {
    if (isEarlier(job)) return number(10)
    throw new Error('it hangs')
  })
  await assert.rejects(failing, /it hangs/)
})

test('a number that only one of the cores has says so', async () => {
  const { changes } = await measured(blocking, (job) => ({
    ...number(10),
    [isEarlier(job) ? 'old' : 'new']: { value: 1, unit: 'µs' },
  }))
  assert.deepEqual(
    changes.map(({ series, lack }) => [series.metric, lack]),
    [
      ['number', undefined],
      ['new', 'the core at v1 has no such number'],
      ['old', 'only the core at v1 has this number'],
    ],
  )
})

test('after the first pair the run tells how long it will take', async () => {
  const { told } = await measured(blocking, () => number(10))
  assert.match(told, /^Rows: 1; pairs of processes for each: 10\./)
  assert.match(told, /One pair of each row took \d+ s: all take about \d+ s\./)
})

test('the quickest batches are compared, where there are batches', async () => {
  const { changes } = await measured(blocking, (job, ran) => ({
    number: { value: isEarlier(job) ? 10 : 10 + ran, quick: 8, unit: 'µs' },
  }))
  assert.equal(changes[0]?.verdict, 'same')
  assert.equal(changes[0]?.now, 8)
})
