import makeSynchronous from 'make-synchronous'
import { tasks } from '../threads/tasks.js'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  // It takes the text of the function, which can name nothing outside itself.
  blocking: (task) =>
    task === 'fail'
      ? makeSynchronous(async (limit: unknown) => {
          throw Object.assign(new Error(`more than ${limit}`), { limit })
        })
      : makeSynchronous(tasks[task] as (value: unknown) => Promise<unknown>),
}
