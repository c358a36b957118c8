/** As in the first example of its README. */
import { piscinaPool } from './piscina-pool.ts'

export const contender = piscinaPool((threads) => (threads > 1 ? { maxThreads: threads } : {}))
