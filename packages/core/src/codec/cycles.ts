/** Finds what is part of itself, without recursion: by taking away, again and again, whatever leads nowhere or has nothing above it. */
export class Cycles<T> {
  readonly #below = new Map<T, T[]>()
  readonly #above = new Map<T, T[]>()

  add(above: T, below: T): void {
    listIn(this.#below, above).push(below)
    listIn(this.#above, below).push(above)
  }

  /** All that lies in a cycle, or between two of them. */
  members(): Set<T> {
    const left = new Set([...this.#below.keys(), ...this.#above.keys()])
    takeAway(left, this.#below, this.#above)
    takeAway(left, this.#above, this.#below)
    return left
  }
}

function takeAway<T>(
  left: Set<T>,
  forward: ReadonlyMap<T, readonly T[]>,
  backward: ReadonlyMap<T, readonly T[]>,
): void {
  const counts = new Map<T, number>()
  const ends: T[] = []
  for (const item of left) {
    const count = forward.get(item)?.filter((next) => left.has(next)).length ?? 0
    counts.set(item, count)
    if (count === 0) ends.push(item)
  }
  for (let item = ends.pop(); item !== undefined; item = ends.pop()) {
    left.delete(item)
    for (const before of backward.get(item) ?? []) {
      const count = (counts.get(before) ?? 0) - 1
      counts.set(before, count)
      if (count === 0 && left.has(before)) ends.push(before)
    }
  }
}

function listIn<T>(map: Map<T, T[]>, key: T): T[] {
  const found = map.get(key)
  if (found) return found
  const list: T[] = []
  map.set(key, list)
  return list
}
