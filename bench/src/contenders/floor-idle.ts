/** Nothing: what a process is like that makes no calls. */
import type { Contender } from './contender.ts'

export const contender: Contender = {}
