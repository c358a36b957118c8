import { writeFileSync } from 'node:fs'
import { goals } from './goals.ts'
import { buildCore } from './machine/build.ts'
import { describeMachine, type Machine } from './machine/machine.ts'
import { pinned } from './machine/pin.ts'
import type { Options } from './options.ts'
import { goalCount, goalTable } from './report/goal-table.ts'
import { numberTables } from './report/number-tables.ts'
import { Results } from './results.ts'
import { type Heat, planHeats, runRound } from './rounds.ts'
import { scenarios } from './scenarios/index.ts'
import { judge } from './verdicts.ts'

/** @returns The exit code. */
export async function run(options: Options): Promise<number> {
  const heats = withoutPins(planHeats(scenarios, options.only))
  if (heats.length === 0) throw new TypeError(`Nothing matches ${options.only}: see --list.`)
  if (options.list) {
    for (const { scenario, condition, entrants } of heats) {
      for (const { label } of entrants) console.log(`${scenario.name}/${condition}/${label}`)
    }
    return 0
  }
  buildCore()
  const machine = await describeMachine()
  warn(machine)
  const results = new Results()
  for (let round = 0; round < options.rounds; round++) {
    await runRound(heats, round, results, (text) =>
      console.error(`round ${round + 1} of ${options.rounds}: ${text}`),
    )
  }
  const verdicts = judge(goals, results)
  console.log(numberTables(results, scenarios))
  if (verdicts.length > 0) console.log(`\n${goalTable(verdicts)}\n\n${goalCount(verdicts)}`)
  if (options.json) {
    const found = { machine, verdicts, series: results.all() }
    writeFileSync(options.json, `${JSON.stringify(found, undefined, 2)}\n`)
  }
  return options.strict && verdicts.some(({ met }) => !met) ? 1 : 0
}

/** Where nothing pins, a number must not pass for one that was pinned. */
function withoutPins(heats: readonly Heat[]): readonly Heat[] {
  if (pinned([])) return heats
  console.error('This system has no taskset: rows on one core are left out.')
  return heats.filter(({ condition }) => condition !== 'pinned')
}

function warn({ taken }: Machine): void {
  if (taken !== undefined && taken > 0.1) {
    const share = `${(taken * 100).toFixed(0)} %`
    console.error(`Other processes take ${share} of this machine: ratios only, and with care.`)
  }
}
