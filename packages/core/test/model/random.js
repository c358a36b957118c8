/** Random numbers that a seed replays exactly, on every machine and version. */
export class Random {
  #state

  /** @param {number} seed Any whole number; 32 bits of it count. */
  constructor(seed) {
    this.#state = seed >>> 0
    // Neighbouring seeds would begin alike.
    for (let turn = 0; turn < 4; turn += 1) this.next()
  }

  /** From 0 to below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 to below `end`. */
  below(end) {
    return Math.floor(this.next() * end)
  }

  chance(probability) {
    return this.next() < probability
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  /** @param {Record<string, number>} weights @returns {string} One of the names, the heavier the likelier. */
  weighted(weights) {
    const entries = Object.entries(weights)
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      rest -= weight
      if (rest < 0) return name
    }
    return entries.at(-1)[0]
  }
}
