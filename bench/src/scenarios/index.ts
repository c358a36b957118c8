import { awaited } from './awaited.ts'
import { blocking } from './blocking.ts'
import { nested } from './nested.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [blocking, awaited, nested]
