/** What the reader has learned of {@link file://./written-shapes.ts}: the names of the properties that one more value brings. */
import { isShortStack } from '../codec/stack-ends.js'

type Make = (values: ValueSource) => Record<string, unknown>

/** Gives one value after the other. */
export interface ValueSource {
  next(): unknown
}

/** Read so many times, a shape is worth the 50 µs that a function of its own takes to make. */
const WORTH_COMPILING = 64
/** Read so many times, it is worth looking for a function that was made for it in an earlier generation of shapes. */
const WORTH_LOOKING = 2
/** So many functions are kept. */
const MOST_MADE = 256

/** The functions that make objects of the shapes that were read often: they outlive the numbers of these shapes. */
export class MadeObjects {
  /** By the names, the one that was used longest ago first. */
  readonly #makes = new Map<string, Make | undefined>()

  find(names: readonly string[]): Make | undefined {
    const key = JSON.stringify(names)
    const make = this.#makes.get(key)
    if (make) this.#keep(key, make)
    return make
  }

  compile(names: readonly string[]): Make | undefined {
    const make = compile(names)
    this.#keep(JSON.stringify(names), make)
    return make
  }

  #keep(key: string, make: Make | undefined): void {
    this.#makes.delete(key)
    this.#makes.set(key, make)
    if (this.#makes.size <= MOST_MADE) return
    for (const oldest of this.#makes.keys()) {
      this.#makes.delete(oldest)
      return
    }
  }
}

export class ReadShape {
  /** An object of this shape. */
  #empty: Record<string, unknown> | undefined
  #ownNames: readonly string[] | undefined
  #reads = 0
  #make: Make | undefined
  readonly #made: MadeObjects

  constructor(
    readonly parent: ReadShape | undefined,
    readonly name: string,
    made: MadeObjects,
  ) {
    this.#made = made
  }

  read(values: ValueSource): Record<string, unknown> {
    return this.#make ? this.#make(values) : this.#readByNames(values)
  }

  #readByNames(values: ValueSource): Record<string, unknown> {
    this.#ownNames ??= this.#names()
    this.#empty ??= Object.fromEntries(this.#ownNames.map((name) => [name, undefined]))
    // Its properties are there already: assigned to an object without them, they would be an affair of its prototype.
    const object = { ...this.#empty }
    // Not by `for…in`, which finds what somebody may have added to `Object.prototype`: the values would go to other names.
    for (const name of this.#ownNames) object[name] = values.next()
    const reads = this.#reads + 1
    if (reads === WORTH_LOOKING) this.#make = this.#made.find(this.#names())
    else if (reads === WORTH_COMPILING) this.#make = this.#made.compile(this.#names())
    // Last: where the stack ends in there, the value is read once more, and this reading must not count.
    this.#reads = reads
    return object
  }

  #names(): string[] {
    const names: string[] = []
    for (let shape: ReadShape = this; shape.parent; shape = shape.parent) names.push(shape.name)
    return names.reverse()
  }
}

/** An object literal, which the engine makes in one piece: ten times as fast as name by name. */
function compile(names: readonly string[]): Make | undefined {
  const properties = names.map((name) => `${JSON.stringify(name)}: values.next()`)
  try {
    return new Function('values', `return { ${properties.join(', ')} }`) as Make
  } catch (error) {
    if (isShortStack(error)) throw error
    // Node may be told to make no code from text (--disallow-code-generation-from-strings).
    return undefined
  }
}
