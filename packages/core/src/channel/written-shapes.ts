/** What the writer has taught: shapes, which are lists of property names, as a tree in which each adds a name to another. */
import { MOST_BESIDE_TAG, MOST_NAMES, MOST_SHAPES, MOST_WAYS } from './plain-data.js'

export class WrittenShape {
  /** The way taken last, which is mostly the next one too, before the others are looked through. */
  lastName: string | undefined
  last: WrittenShape | undefined
  ways: Map<string, WrittenShape> | undefined
  /** Names that went on from here once. */
  seen: Set<string> | undefined
  /** How often its last property has been looked at, whether it is data. */
  sightings = 0

  constructor(
    readonly number: number,
    readonly parent: WrittenShape | undefined,
    readonly name: string,
    readonly length: number,
  ) {}
}

/**
 * One generation of shapes. It is bounded: where it has no room for a shape, the next generation begins with an empty table. So shapes
 * that come once, as those of a Map in disguise, hold up the others for a moment and not for ever.
 */
export class WrittenShapes {
  readonly root: WrittenShape
  /** Those that the reader of this record has yet to learn are at the end. */
  readonly #all: WrittenShape[]
  #lacksRoom = false

  /**
   * @param base The number of the first shape. No number is used in two generations: `Local`s that are written as the same words must be
   * the same ones.
   */
  constructor(readonly base = 0) {
    this.root = new WrittenShape(base, undefined, '', 0)
    this.#all = [this.root]
  }

  /** The number of the shape that is learned next. */
  get end(): number {
    return this.base + this.#all.length
  }

  /** Whether the next generation should begin. Never once the numbers are used up. */
  get isWornOut(): boolean {
    return this.#lacksRoom && this.end <= MOST_BESIDE_TAG - MOST_SHAPES
  }

  at(number: number): WrittenShape {
    return this.#all[number - this.base] as WrittenShape
  }

  /** The shape with one more name; undefined where it is not worth learning. */
  extend(shape: WrittenShape, name: string): WrittenShape | undefined {
    const found = shape.ways?.get(name) ?? this.#learn(shape, name)
    if (found) {
      shape.lastName = name
      shape.last = found
    }
    return found
  }

  /** Forgets the shapes from this number on: the reader will not see the record that taught them. */
  unlearn(end: number): void {
    while (this.end > end) {
      const { parent, name } = this.#all.at(-1) as WrittenShape
      if (!parent) return
      parent.ways?.delete(name)
      parent.last = undefined
      parent.lastName = undefined
      // Last: where the stack ends before, it is found here again.
      this.#all.pop()
    }
  }

  #learn(parent: WrittenShape, name: string): WrittenShape | undefined {
    // No generation has room for these.
    if (parent.length >= MOST_NAMES) return undefined
    const isFork = parent === this.root || (parent.ways !== undefined && parent.ways.size > 0)
    if (isFork && !hasSeen(parent, name)) return undefined
    parent.ways ??= new Map()
    if (this.#all.length >= MOST_SHAPES || parent.ways.size >= MOST_WAYS) {
      this.#lacksRoom = true
      return undefined
    }
    const shape = new WrittenShape(this.end, parent, name, parent.length + 1)
    // In this order: where the stack ends in between, it is forgotten with the record.
    this.#all.push(shape)
    parent.ways.set(name, shape)
    return shape
  }
}

/**
 * Whether an object has gone on so before. A fork is worth learning the second time: names that come once, as keys of a Map in
 * disguise, would use up the generation. What follows behind a fork is learned at once, or a shape would take as many objects as names.
 */
function hasSeen(parent: WrittenShape, name: string): boolean {
  parent.seen ??= new Set()
  if (parent.seen.has(name)) return true
  if (parent.seen.size >= MOST_WAYS) parent.seen.clear()
  parent.seen.add(name)
  return false
}
