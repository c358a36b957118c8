/** The noise of a machine that others use, the same each time for a seed. */
export interface Noise {
  /** What luck makes of one process: a factor; one process in ten is slow as a whole. */
  slow(): number
  /** What the machine makes of all that runs at one time: a factor that wanders. */
  drift(): number
}

/** @param spread How far apart processes are, as a share. */
export function noise(seed: number, spread: number): Noise {
  const random = randomOf(seed)
  let machine = 1
  return {
    slow: () => Math.exp(spread * normal(random)) * (random() < 0.1 ? 1 + 5 * spread : 1),
    drift: () => {
      machine *= Math.exp(0.3 * normal(random))
      return machine
    },
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Numbers from 0 to 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
