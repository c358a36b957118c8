/** What the writer has taught: shapes, which are lists of property names, as a tree in which each adds a name to another. */
import { MOST_NAMES, MOST_SHAPES, MOST_WAYS } from './plain-data.js'

export class WrittenShape {
  /** The way taken last, which is mostly the next one too, before the others are looked through. */
  lastName: string | undefined
  last: WrittenShape | undefined
  ways: Map<string, WrittenShape> | undefined

  constructor(
    readonly number: number,
    readonly parent: WrittenShape | undefined,
    readonly name: string,
    readonly length: number,
  ) {}
}

export class WrittenShapes {
  readonly root = new WrittenShape(0, undefined, '', 0)
  /** Those that the reader of this record has yet to learn are at the end. */
  readonly #all: WrittenShape[] = [this.root]

  get count(): number {
    return this.#all.length
  }

  at(number: number): WrittenShape {
    return this.#all[number] as WrittenShape
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

  /** Back to so many shapes: the reader will not see the record that taught the others. */
  unlearn(count: number): void {
    while (this.#all.length > count) {
      const { parent, name } = this.#all.pop() as WrittenShape
      if (!parent) return
      parent.ways?.delete(name)
      parent.last = undefined
      parent.lastName = undefined
    }
  }

  #learn(parent: WrittenShape, name: string): WrittenShape | undefined {
    if (this.#all.length >= MOST_SHAPES || parent.length >= MOST_NAMES) return undefined
    parent.ways ??= new Map()
    if (parent.ways.size >= MOST_WAYS) return undefined
    const shape = new WrittenShape(this.#all.length, parent, name, parent.length + 1)
    parent.ways.set(name, shape)
    this.#all.push(shape)
    return shape
  }
}
