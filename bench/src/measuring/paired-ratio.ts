import { median } from './statistics.ts'

/** How many times as much one side takes as the other, by pairs of neighbouring measurements. */
export interface Ratio {
  middle: number
  /** The ends of the interval of 95 %. */
  low: number
  high: number
}

const OUTSIDE = 0.05

/** With fewer pairs no interval of 95 % exists: five coins show the same side in one of 16 throws. */
export const FEWEST_PAIRS = 6

/**
 * Estimates the ratio `above / below`: the median of the pairs' ratios, with the interval between two of them that belongs to the sign
 * test.
 *
 * Why this statistic: most pairs agree to 2 %, and a few are twice off, because another process had the core meanwhile. Such noise has
 * no bell shape, so means and t-intervals don't hold. The interval of the sign test holds for any noise, as long as either side may have been
 * the unlucky one. It ignores how far off the outer pairs are: one of ten on each side, nine of thirty.
 *
 * Wilcoxon's signed-rank interval averages each pair with each other. It is narrower on a quiet machine, where both find 10 %. With one
 * process in ten disturbed it found 49 % of made-up slow-downs of 10 %, the sign test 75 %, and it called more of what was the same worse.
 *
 * @returns `undefined` where there are too few pairs, or a number has no logarithm.
 */
export function pairedRatio(above: readonly number[], below: readonly number[]): Ratio | undefined {
  if (above.length !== below.length) throw new RangeError('Each number needs one to pair with.')
  const logs = above.map((value, index) => Math.log(value / (below[index] ?? Number.NaN)))
  const outer = pairsOutside(logs.length)
  if (outer === undefined || !logs.every(Number.isFinite)) return undefined
  const sorted = logs.toSorted((a, b) => a - b)
  const at = (place: number) => Math.exp(sorted[place] ?? Number.NaN)
  return { middle: Math.exp(median(logs)), low: at(outer), high: at(sorted.length - 1 - outer) }
}

/**
 * How many of `count` pairs lie below the interval, and as many above it: the most heads that `count` coins show in at most
 * 2.5 % of throws.
 */
export function pairsOutside(count: number): number | undefined {
  let chance = 0.5 ** count
  let below = 0
  for (let heads = 0; heads <= count; heads++) {
    below += chance
    if (below > OUTSIDE / 2) return heads > 0 ? heads - 1 : undefined
    chance *= (count - heads) / (heads + 1)
  }
  return undefined
}
