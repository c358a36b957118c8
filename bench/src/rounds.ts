import { type ContenderName, contenders } from './contenders/index.ts'
import { type ConditionName, conditions } from './machine/conditions.ts'
import { startHogs } from './machine/hogs.ts'
import type { Results } from './results.ts'
import { ownBench, runProcess } from './run-process.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** The contenders of one scenario in one condition: what is compared stands side by side in time. */
export interface Heat {
  scenario: Scenario
  condition: ConditionName
  entrants: readonly Entrant[]
}

export interface Entrant {
  label: string
  contender: ContenderName
  bench: string
  /** An earlier core, which may lack what a scenario calls. */
  mayLack?: boolean
}

/** What a run consists of: everything that matches, and of the long scenarios those that were asked for by pattern. */
export function planHeats(
  scenarios: readonly Scenario[],
  only: RegExp | undefined,
  before?: { label: string; bench: string },
): Heat[] {
  const heats: Heat[] = []
  for (const scenario of scenarios) {
    if (scenario.long && !only) continue
    for (const condition of scenario.conditions) {
      const entrants = scenario.contenders
        .filter((name) => only?.test(`${scenario.name}/${condition}/${name}`) ?? true)
        .filter((name) => !before || contenders[name].kind === 'ours')
        .flatMap((contender): Entrant[] => [
          { label: contender, contender, bench: ownBench },
          ...(before
            ? [
                {
                  label: `${contender} ${before.label}`,
                  contender,
                  bench: before.bench,
                  mayLack: true,
                },
              ]
            : []),
        ])
      if (entrants.length > 0) heats.push({ scenario, condition, entrants })
    }
  }
  return heats
}

/** Runs all heats once, contenders in turn; every other round goes backwards, so that none always follows the same. */
export async function runRound(
  heats: readonly Heat[],
  round: number,
  results: Results,
  tell: (text: string) => void,
  measure = runProcess,
): Promise<void> {
  for (const { scenario, condition, entrants } of heats) {
    const { hogs = 0 } = conditions[condition]
    const running = startHogs(hogs)
    try {
      for (const { label, contender, bench, mayLack } of orderOf(scenario, entrants, round)) {
        tell(`${scenario.name}, ${condition}, ${label}`)
        const job = { scenario, condition, contender, bench }
        try {
          results.add(scenario.name, condition, label, await measure(job))
        } catch (error) {
          if (!mayLack) throw error
          results.addLack(scenario.name, condition, label, reasonOf(error as Error))
        }
      }
    } finally {
      running.end()
    }
  }
}

/** Whether an entrant of this heat turned out to be unable to run it. */
export function isLacking({ scenario, condition, entrants }: Heat, results: Results): boolean {
  return entrants.some(({ label }) => results.lackOf(scenario.name, condition, label) !== undefined)
}

/** The line that names the error, of all that a process printed when it failed. */
function reasonOf({ message }: Error): string {
  const lines = message.split('\n').map((line) => line.trim())
  return lines.find((line) => /^(\w*Error|Uncaught)\b/.test(line)) ?? lines[0] ?? ''
}

/** The entrants as they follow each other in one round. */
export function orderOf(
  { repeat = 1 }: Scenario,
  entrants: readonly Entrant[],
  round: number,
): Entrant[] {
  return Array.from({ length: repeat }).flatMap((_, time) =>
    (round + time) % 2 === 0 ? entrants : entrants.toReversed(),
  )
}
