import type { Machine } from '../machine/machine.ts'
import type { Results } from '../results.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Verdict } from '../verdicts.ts'
import { goalCount, goalTable } from './goal-table.ts'
import { numberTables } from './number-tables.ts'

/** From here on a person writes; the tool keeps it. */
const NOTES = '## Goals not met, and why'

/** The page of the last full run. Notes that an earlier page ends with are kept. */
export function resultsPage(
  run: {
    machine: Machine
    rounds: number
    results: Results
    scenarios: readonly Scenario[]
    verdicts: readonly Verdict[]
    missing: readonly string[]
  },
  previous: string,
): string {
  const { machine, rounds, results, scenarios, verdicts, missing } = run
  const start = previous.indexOf(NOTES)
  const notes = start === -1 ? `${NOTES}\n` : previous.slice(start)
  const sections = [
    '# Results\n\nWritten by `npm run bench -- --write-results`; what the rows mean is in [README.md](README.md).',
    machineLine(machine, rounds),
    ...missing.map((what) => `Not at hand: ${what}.`),
    `## Goals\n\n${goalTable(verdicts)}\n\n${goalCount(verdicts)}`,
    `## Numbers\n\n${numberTables(results, scenarios)}`,
    notes,
  ]
  return `${sections.map((section) => section.trimEnd()).join('\n\n')}\n`
}

function machineLine(machine: Machine, rounds: number): string {
  const { date, cores, node, platform, commit, load, taken } = machine
  const busy = taken === undefined ? '' : `, ${(taken * 100).toFixed(0)} % of it taken by others`
  return (
    `${date}, ${cores} cores (shared), ${platform}, Node ${node}, commit ${commit}, ${rounds} rounds. ` +
    `Before the run the machine had a load of ${load.toFixed(2)}${busy}.`
  )
}
