/** What the reader has learned of {@link file://./written-shapes.ts}: the names of the properties that one more value brings. */
type Make = (values: ValueSource) => Record<string, unknown>

/** Gives one value after the other. */
export interface ValueSource {
  next(): unknown
}

/** Read so many times, a shape is worth the 50 µs that a function of its own takes to make. */
const WORTH_COMPILING = 64

export class ReadShape {
  /** An object of this shape. */
  #empty: Record<string, unknown> | undefined
  #reads = 0
  #make: Make | undefined

  constructor(
    readonly parent: ReadShape | undefined,
    readonly name: string,
  ) {}

  read(values: ValueSource): Record<string, unknown> {
    return this.#make ? this.#make(values) : this.#readByNames(values)
  }

  #readByNames(values: ValueSource): Record<string, unknown> {
    this.#empty ??= Object.fromEntries(this.#names().map((name) => [name, undefined]))
    // Its properties are there already: assigned to an object without them, they would be an affair of its prototype.
    const object = { ...this.#empty }
    for (const name in object) object[name] = values.next()
    this.#reads += 1
    if (this.#reads === WORTH_COMPILING) this.#make = compile(this.#names())
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
  } catch {
    // Node may be told to make no code from text (--disallow-code-generation-from-strings).
    return undefined
  }
}
