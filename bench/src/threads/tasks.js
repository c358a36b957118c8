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

// Shifts alone: with a sum in it, the last of the compilers took the loop for one of fractions, and made it six times slower.
function stir(seed) {
  let bits = seed | 1
  for (let round = 0; round < 580; round++) {
    bits ^= bits << 13
    bits ^= bits >> 17
    bits ^= bits << 5
  }
  return bits
}

// Kept, so that no compiler can drop the work.
const sink = new Int32Array(1)

/** Work of a fixed amount, about 1 µs a unit: what a clock would call done whoever had the core, this has to do itself. */
export function work(units) {
  let hash = sink[0]
  for (let unit = 0; unit < units; unit++) hash = stir(hash)
  sink[0] = hash
  return units
}

/** All by name. */
export const tasks = { echo, size, fail, echoSync, work }
