// What every contender runs on its thread: the same functions, so that only the way there differs.

export class QuotaError extends Error {
  name = 'QuotaError'

  constructor(limit) {
    super(`more than ${limit}`, { cause: new RangeError('the disk is full') })
    this.limit = limit
  }
}

export const echo = async (value) => value

export const size = async (bytes) => bytes.byteLength

export const fail = async (limit) => {
  throw new QuotaError(limit)
}

export const echoSync = (value) => value

// Kept, so that no compiler can drop the work.
const sink = new Int32Array(1)

/** Work of a fixed number of rounds: what a clock would call done whoever had the core, this has to do itself. */
export function work(rounds) {
  let hash = sink[0] | 1
  for (let round = 0; round < rounds; round++) hash = (Math.imul(hash, 31) + round) | 0
  sink[0] = hash
  return rounds
}

/** All by name. */
export const tasks = { echo, size, fail, echoSync, work }
