import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { contenders } from '../src/contenders/index.ts'
import { readOptions } from '../src/options.ts'
import { orderOf, planHeats } from '../src/rounds.ts'
import { scenarios } from '../src/scenarios/index.ts'

test('without a pattern everything runs but what takes minutes', () => {
  const names = new Set(planHeats(scenarios, undefined).map(({ scenario }) => scenario.name))
  for (const { name, long } of scenarios) assert.equal(names.has(name), !long, name)
})

test('a pattern chooses by scenario, condition and contender, long ones too', () => {
  const [heat, ...others] = planHeats(scenarios, /^blocking\/pinned\/(sync|floor-parked)/)
  assert.deepEqual(others, [])
  assert.deepEqual(
    heat?.entrants.map(({ label }) => label),
    ['syncbridge', 'synckit', 'sync-message-port', 'floor-parked'],
  )
  assert.equal(planHeats(scenarios, /endurance/).length, 1)
  assert.deepEqual(planHeats(scenarios, /no such thing/), [])
})

test('beside an earlier core only ours runs, once with each', () => {
  const before = { label: 'at v1', bench: '/elsewhere' }
  for (const { entrants } of planHeats(scenarios, undefined, before)) {
    assert.deepEqual(
      entrants.map(({ label }) => label),
      ['syncbridge', 'syncbridge at v1'],
    )
    assert.equal(entrants[1]?.bench, '/elsewhere')
    assert.deepEqual(
      entrants.map(({ mayLack }) => mayLack),
      [undefined, true],
    )
  }
})

test('contenders take turns, and every other time backwards', () => {
  const [scenario] = scenarios
  assert.ok(scenario)
  const [a, b] = ['a', 'b'].map((label) => ({ label, contender: 'synckit', bench: '' }) as const)
  assert.ok(a && b)
  const labels = (repeat: number, round: number) =>
    orderOf({ ...scenario, repeat }, [a, b], round)
      .map(({ label }) => label)
      .join('')
  assert.equal(labels(1, 0), 'ab')
  assert.equal(labels(1, 1), 'ba')
  assert.equal(labels(3, 0), 'abbaab')
})

test('every contender takes part somewhere, and every row is told in the README', () => {
  const taking = new Set<string>(scenarios.flatMap((scenario) => [...scenario.contenders]))
  for (const name of Object.keys(contenders)) assert.ok(taking.has(name), name)
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const { name } of scenarios) assert.ok(readme.includes(`| \`${name}\``), name)
})

test('options have defaults', () => {
  assert.deepEqual(readOptions([]), {
    only: undefined,
    rounds: 5,
    pairs: 10,
    against: undefined,
    json: undefined,
    list: false,
    strict: false,
    writeResults: false,
  })
})

test('an option that is wrong is named, with how to call', () => {
  assert.throws(() => readOptions(['--rounds', '0']), /--rounds must be a whole number.*--only/s)
  assert.throws(() => readOptions(['--only', '(']), /--only: /)
  assert.throws(() => readOptions(['--against', 'v1', '--pairs', '5']), /--pairs.*from 6 on/)
  assert.throws(() => readOptions(['--nope']), /--nope.*--against/s)
})

test('pairs are said with an earlier core, rounds without', () => {
  assert.equal(readOptions(['--against', 'v1', '--pairs', '20']).pairs, 20)
  assert.equal(readOptions(['--rounds', '3']).rounds, 3)
  assert.throws(() => readOptions(['--pairs', '20']), /Without --against, say --rounds/)
  assert.throws(
    () => readOptions(['--against', 'v1', '--rounds', '3']),
    /With --against, say --pairs/,
  )
})
