import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measurePairs } from './against.ts'
import { goals } from './goals.ts'
import { buildCore } from './machine/build.ts'
import { buildEarlierCore } from './machine/earlier-core.ts'
import { describeMachine, type Machine } from './machine/machine.ts'
import { pinned } from './machine/pin.ts'
import { pythonWithAsgiref } from './machine/python.ts'
import type { Options } from './options.ts'
import { changeCount, comparisonTable } from './report/comparison.ts'
import { goalCount, goalTable } from './report/goal-table.ts'
import { numberTables } from './report/number-tables.ts'
import { resultsPage } from './report/results-page.ts'
import { Results } from './results.ts'
import { type Heat, planHeats, runRound } from './rounds.ts'
import { ownBench } from './run-process.ts'
import { scenarios } from './scenarios/index.ts'
import { judge } from './verdicts.ts'

/** @returns The exit code: 1 where a number got worse, or a goal is missed and `--strict` asks for it; else 0. */
export async function run(options: Options): Promise<number> {
  if (options.list) return list(options)
  return options.against === undefined ? measure(options) : measureAgainst(options, options.against)
}

function list({ only }: Options): number {
  for (const scenario of scenarios) {
    for (const { condition, entrants } of planHeats([scenario], only ?? /./)) {
      for (const { label } of entrants) {
        console.log(`${scenario.name}/${condition}/${label}${scenario.long ? ' (long)' : ''}`)
      }
    }
  }
  return 0
}

async function measure(options: Options): Promise<number> {
  const { heats, missing } = possible(planHeats(scenarios, options.only))
  buildCore()
  const machine = await look()
  const results = await runRounds(heats, options.rounds)
  const verdicts = judge(goals, results)
  console.log(numberTables(results, scenarios))
  if (verdicts.length > 0) console.log(`\n${goalTable(verdicts)}\n\n${goalCount(verdicts)}`)
  for (const what of missing) console.log(`Not at hand: ${what}.`)
  writeJson(options, { machine, missing, verdicts, series: results.all() })
  if (options.writeResults) {
    const file = join(ownBench, resultsName(process.versions.node))
    const previous = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const found = { machine, rounds: options.rounds, results, scenarios, verdicts, missing }
    writeFileSync(file, resultsPage(found, previous))
  }
  return options.strict && verdicts.some(({ met }) => !met) ? 1 : 0
}

async function measureAgainst(options: Options, ref: string): Promise<number> {
  buildCore()
  const earlier = buildEarlierCore(ref)
  try {
    const before = { label: `at ${ref}`, bench: earlier.bench }
    const { heats } = possible(planHeats(scenarios, options.only, before))
    const machine = await look()
    const tell = (text: string) => console.error(text)
    const changes = await measurePairs(heats, { label: before.label, pairs: options.pairs, tell })
    console.log(comparisonTable(changes, before.label))
    console.log(`\n${changes.length} numbers: ${changeCount(changes)}.`)
    writeJson(options, { machine, against: ref, changes })
    return changes.some(({ verdict }) => verdict === 'worse') ? 1 : 0
  } finally {
    earlier.remove()
  }
}

async function runRounds(heats: readonly Heat[], rounds: number): Promise<Results> {
  const results = new Results()
  const start = performance.now()
  for (let round = 0; round < rounds; round++) {
    await runRound(heats, round, results, (text) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(0)
      console.error(`${seconds.padStart(4)} s, round ${round + 1} of ${rounds}: ${text}`)
    })
  }
  return results
}

/** What can't be measured here is left out and named: a number that was not pinned must not pass for one that was. */
function possible(all: readonly Heat[]): { heats: Heat[]; missing: string[] } {
  const missing: string[] = []
  let heats = [...all]
  if (heats.some(({ condition }) => condition === 'pinned') && !pinned([])) {
    missing.push('taskset; rows on one core are left out')
    heats = heats.filter(({ condition }) => condition !== 'pinned')
  }
  if (heats.some(({ scenario }) => scenario.name === 'asgiref') && !pythonWithAsgiref()) {
    missing.push('a python3 with asgiref')
    heats = heats.filter(({ scenario }) => scenario.name !== 'asgiref')
  }
  if (heats.length === 0) {
    const why = missing.length > 0 ? `Not at hand: ${missing.join('; ')}.` : 'Nothing matches.'
    throw new TypeError(`${why} --list names what there is.`)
  }
  return { heats, missing }
}

async function look(): Promise<Machine> {
  const machine = await describeMachine()
  const { taken } = machine
  if (taken !== undefined && taken > 0.1) {
    const share = `${(taken * 100).toFixed(0)} %`
    console.error(`Other processes take ${share} of this machine: ratios only, and with care.`)
  }
  return machine
}

function writeJson({ json }: Options, found: object): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(found, undefined, 2)}\n`)
}

/** The page of the project's own Node is RESULTS.md; others lie beside it. */
function resultsName(version: string): string {
  const major = version.split('.')[0]
  return major === '24' ? 'RESULTS.md' : `RESULTS.node-${major}.md`
}
