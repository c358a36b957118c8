/** The same numbers every time: a linear congruential generator, good enough to make up invoices. */
export function seededRandom(seed: number): {
  below(limit: number): number
  one<T>(of: readonly T[]): T
} {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  return {
    below,
    one<T>(of: readonly T[]): T {
      const chosen = of[below(of.length)]
      if (chosen === undefined) throw new RangeError('cannot choose one of nothing')
      return chosen
    },
  }
}
