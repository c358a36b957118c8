import type { Contender } from '../contenders/contender.ts'
import type { ContenderName } from '../contenders/index.ts'
import type { ConditionName } from '../machine/conditions.ts'
import type { Measurements } from '../measuring/measurement.ts'

/** Something to measure: who takes part, where, and how one process of one of them does it. */
export interface Scenario {
  name: string
  about: string
  conditions: readonly ConditionName[]
  contenders: readonly ContenderName[]
  /** How many processes a round takes of each contender, where one gives a single number. 1 by default. */
  repeat?: number
  /** Nothing is to be loaded before: `measure` gets a contender that can do nothing. */
  bare?: boolean
  /** Takes minutes: runs only when a pattern asks for it. */
  long?: boolean
  /** Runs in a process of its own that has loaded nothing but this contender. */
  measure(
    contender: Contender,
    condition: ConditionName,
    name: ContenderName,
  ): Promise<Measurements>
}
