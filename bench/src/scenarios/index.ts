import { asgiref } from './asgiref.ts'
import { awaited } from './awaited.ts'
import { awaitedObject } from './awaited-object.ts'
import { blocking } from './blocking.ts'
import { depth } from './depth.ts'
import { earlyCalls } from './early-calls.ts'
import { endurance } from './endurance.ts'
import { firstCall } from './first-call.ts'
import { growth } from './growth.ts'
import { idle } from './idle.ts'
import { importing } from './import.ts'
import { locals } from './locals.ts'
import { loopDelay } from './loop-delay.ts'
import { memory } from './memory.ts'
import { nested } from './nested.ts'
import type { Scenario } from './scenario.ts'
import { values } from './values.ts'
import { work } from './work.ts'

export const scenarios: readonly Scenario[] = [
  blocking,
  values,
  awaited,
  awaitedObject,
  work,
  loopDelay,
  nested,
  depth,
  locals,
  firstCall,
  earlyCalls,
  memory,
  importing,
  idle,
  asgiref,
  growth,
  endurance,
]
