import { Piscina } from 'piscina'
import type { Contender } from './contender.ts'

type Options = ConstructorParameters<typeof Piscina>[0]

const filename = new URL('../threads/tasks.js', import.meta.url).href

/** @param optionsFor Takes the number of threads of the row; `undefined` stands for the pool's own choice. */
export function piscinaPool(optionsFor: (threads: number) => Options): Contender {
  return {
    awaited(task, threads) {
      const pool = new Piscina({ filename, name: task, ...optionsFor(threads) })
      return (value) => pool.run(value)
    },
  }
}
