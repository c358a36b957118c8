import makeSynchronized from 'make-synchronized'
import type * as Tasks from '../threads/tasks.js'
import type { Contender } from './contender.ts'

const tasks: Record<string, unknown> = makeSynchronized<typeof Tasks>(
  new URL('../threads/tasks.js', import.meta.url),
)

export const contender: Contender = {
  blocking: (task) => tasks[task] as (value: unknown) => unknown,
}
