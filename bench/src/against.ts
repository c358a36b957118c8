import { type Change, compare, confirm } from './changes.ts'
import { Results } from './results.ts'
import { type Heat, isLacking, runRound } from './rounds.ts'
import { runProcess } from './run-process.ts'

/** An earlier core to measure beside the working tree's. */
export interface Pairing {
  /** What its series are marked with. */
  label: string
  pairs: number
  tell: (text: string) => void
  /** Runs one measuring process; tests make it up. */
  measure?: typeof runProcess
}

/**
 * Measures all heats with both cores, pair by pair, and those that seem worse once more.
 *
 * The pairs of a heat are spread over the whole run, so that a bad minute of the machine hurts one pair of each heat and
 * not all pairs of one heat. The core that goes first in one pair goes last in the next (`orderOf`).
 */
export async function measurePairs(heats: readonly Heat[], pairing: Pairing): Promise<Change[]> {
  pairing.tell(`Rows: ${heats.length}; pairs of processes for each: ${pairing.pairs}.`)
  const changes = compare(await runPairs(heats, pairing), pairing.label)
  const suspects = heats.filter((heat) => changes.some((change) => isWorseIn(change, heat)))
  if (suspects.length === 0) return changes
  const names = suspects.map(({ scenario, condition }) => `${scenario.name}/${condition}`)
  pairing.tell(`Measured again, as they seem worse: ${names.join(', ')}.`)
  return confirm(changes, compare(await runPairs(suspects, pairing), pairing.label))
}

async function runPairs(
  heats: readonly Heat[],
  { pairs, tell, measure = runProcess }: Pairing,
): Promise<Results> {
  const results = new Results()
  const start = performance.now()
  const seconds = () => Math.round((performance.now() - start) / 1000)
  for (let pair = 0; pair < pairs; pair++) {
    const able = heats.filter((heat) => !isLacking(heat, results))
    const tellPair = (text: string) => {
      tell(`${String(seconds()).padStart(4)} s, pair ${pair + 1} of ${pairs}: ${text}`)
    }
    await runRound(able, pair, results, tellPair, measure)
    if (pair === 0) {
      tell(
        `One pair of each row took ${seconds()} s: all take about ${inMinutes(seconds() * pairs)}.`,
      )
    }
  }
  return results
}

function isWorseIn({ verdict, series }: Change, { scenario, condition }: Heat): boolean {
  return verdict === 'worse' && series.scenario === scenario.name && series.condition === condition
}

function inMinutes(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`
}
