import type { Goal } from './goals.ts'
import { type Results, ratioRange, type Series, summarise } from './results.ts'

/** What a run says about a goal. */
export interface Verdict {
  goal: Goal
  ours: number
  theirs: number
  /** Who was the best of those to be compared with. */
  best: string
  value: number
  /** Lowest and highest of the rounds. */
  range: { low: number; high: number } | undefined
  met: boolean
}

/** Judges the goals that this run has numbers for. */
export function judge(goals: readonly Goal[], results: Results): Verdict[] {
  return goals.flatMap((goal) => judgeOne(goal, results) ?? [])
}

function judgeOne(goal: Goal, results: Results): Verdict | undefined {
  const { scenario, condition, metric, against, theirs, by = 'ratio', limit } = goal
  const ourSeries = results.find(scenario, condition, metric, 'syncbridge')
  const place = { scenario, condition, metric, ...theirs }
  const rival = best(
    against.flatMap(
      (name) => results.find(place.scenario, place.condition, place.metric, name) ?? [],
    ),
  )
  if (!ourSeries || !rival) return undefined
  const [a, b] = [summarise(ourSeries).median, summarise(rival).median]
  const common = { goal, ours: a, theirs: b, best: rival.contender }
  switch (by) {
    case 'difference':
      return { ...common, value: a - b, range: undefined, met: a - b <= limit }
    case 'times slower':
      return { ...common, value: b / a, range: ratioRange(rival, ourSeries), met: b / a >= limit }
    case 'ratio':
      return { ...common, value: a / b, range: ratioRange(ourSeries, rival), met: a / b <= limit }
  }
}

function best(rivals: readonly Series[]): Series | undefined {
  return rivals.toSorted((a, b) => summarise(a).median - summarise(b).median)[0]
}
