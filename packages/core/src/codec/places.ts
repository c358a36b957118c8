/** Where something stands in values that have arrived. Asked for only where a codec of the user's has failed. */
import * as types from 'node:util/types'
import { eachSteady, printStep, printSteps } from './read-once.js'

/** @returns the places, in the list, of all values that hold it. */
export function placesAbove(
  values: readonly unknown[],
  holder: object,
  key: PropertyKey,
): number[] {
  if (holder === values) return [Number(key)]
  return values.flatMap((value, index) => (findWay([value], holder) ? [index] : []))
}

/** The way to it, for people. */
export function wayTo(
  values: readonly unknown[],
  holder: object,
  key: PropertyKey,
  naming: (index: number) => string,
): string {
  const way = findWay(values, holder)
  if (!way) return naming(0)
  const steps = [printStep(key, holder)]
  for (let at: Step | undefined = way; at?.above; at = at.above)
    steps.push(at.above.above ? printStep(at.key, at.above.object) : naming(Number(at.key)))
  return printSteps(steps.reverse())
}

interface Step {
  readonly object: object
  readonly key: PropertyKey
  readonly above: Step | undefined
}

function findWay(values: readonly unknown[], sought: object): Step | undefined {
  const seen = new Set<object>()
  const open: Step[] = [{ object: values, key: 0, above: undefined }]
  for (const step of open) {
    if (step.object === sought) return step
    // What a codec of the user's has made is none of our business.
    if (types.isProxy(step.object)) continue
    eachSteady(
      step.object,
      (key, value) => {
        if (typeof value !== 'object' || value === null || seen.has(value)) return
        seen.add(value)
        open.push({ object: value, key, above: step })
      },
      true,
    )
  }
  return undefined
}
