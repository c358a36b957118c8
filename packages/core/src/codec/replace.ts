/**
 * Below the values of a message: what structured clone would lose or refuse is replaced in copies of the objects that hold it, and
 * only of those; all else goes on as it is. On the other side `restore` puts back what was meant.
 */
import { TransferError } from '../errors.js'
import type { DeepMark, Replaced } from '../protocol.js'
import type { Kind } from './kind-of.js'
import { setOwn } from './own-property.js'
import { eachOf, mustReplace, type Plan, planReplacing, type Surveyed } from './survey.js'

export interface Replacer extends Surveyed {
  /** What stands for a value on its way. @throws TransferError, without a path */
  replace(value: unknown, by: Replaced): unknown
  /** What the user calls the value of that index: `args[0]`, `result`. */
  nameOf(index: number): string
}

export interface Replacement {
  readonly values: unknown[]
  readonly deep: ReadonlySet<DeepMark>
}

/** @returns undefined where nothing need be replaced. @throws TransferError (SYNCBRIDGE_TRANSFER) naming the path of what can't cross. */
export function replaceBelow(
  values: readonly unknown[],
  replacer: Replacer,
): Replacement | undefined {
  if (!mustReplace(values, replacer)) return undefined
  return new Copying(values, replacer).copy()
}

class Copying {
  readonly #values: readonly unknown[]
  readonly #replacer: Replacer
  readonly #plan: Plan
  readonly #copies = new Map<object, object>()
  readonly #replaced = new Map<unknown, unknown>()
  readonly #deep = new Set<DeepMark>()
  /** Last: their entries must have been restored. */
  readonly #collections: DeepMark[] = []

  constructor(values: readonly unknown[], replacer: Replacer) {
    this.#values = values
    this.#replacer = replacer
    this.#plan = planReplacing(values, replacer, (index) => replacer.nameOf(index))
  }

  copy(): Replacement {
    // First all copies, then what they hold: a cycle leads to a copy that is there.
    for (const holder of this.#plan.marked) this.#copies.set(holder, this.#shell(holder))
    for (const holder of this.#plan.marked) this.#fill(holder)
    for (const mark of this.#collections) this.#deep.add(mark)
    const values = this.#copies.get(this.#values) ?? [...this.#values]
    return { values: values as unknown[], deep: this.#deep }
  }

  #shell(holder: object): object {
    const { is } = this.#replacer.kindOf(holder)
    if (is !== 'map' && is !== 'set') return Array.isArray(holder) ? new Array(holder.length) : {}
    // A Map keeps its order only where all its entries are put in again.
    const entries: unknown[] = []
    const shell = is === 'map' ? new Map([[0, entries]]) : new Set([entries])
    this.#collections.push([shell, 0, is])
    return shell
  }

  #fill(holder: object): void {
    const copy = this.#copies.get(holder) as object
    const { is } = this.#replacer.kindOf(holder)
    const target = is === 'map' || is === 'set' ? entriesOf(copy as Map<0, unknown[]>) : copy
    eachOf(
      holder,
      (key, value) => {
        setOwn(target, key, this.#stand(value, holder, key, target, is === 'fields'))
      },
      (error, key) => {
        throw stuck(this.#plan.pathTo(holder, key), `its getter throws ${String(error)}`, error)
      },
    )
  }

  #stand(
    value: unknown,
    holder: object,
    key: PropertyKey,
    target: object,
    isField: boolean,
  ): unknown {
    const kind = this.#replacer.kindOf(value)
    if (kind.is === 'replaced') {
      if (isField && isMethod(kind))
        throw stuck(
          this.#plan.pathTo(holder, key),
          'a function of an instance of a class: pass it apart, or the instance by registerCodec()',
        )
      this.#deep.add([target, key, kind.by])
      return this.#replacement(value, kind.by, holder, key)
    }
    if (kind.is === 'refused') throw stuck(this.#plan.pathTo(holder, key), kind.why)
    return this.#copies.get(value as object) ?? value
  }

  /** What occurs twice is replaced once, so that it arrives as one. */
  #replacement(value: unknown, by: Replaced, holder: object, key: PropertyKey): unknown {
    if (this.#replaced.has(value)) return this.#replaced.get(value)
    try {
      const replaced = this.#replacer.replace(value, by)
      this.#replaced.set(value, replaced)
      return replaced
    } catch (error) {
      throw error instanceof TransferError
        ? stuck(this.#plan.pathTo(holder, key) + (error.path ?? ''), error.message, error)
        : error
    }
  }
}

function isMethod(kind: Kind): boolean {
  return kind.is === 'replaced' && (kind.by === 'handle' || kind.by === 'symbol')
}

/** The list in which a Map's or Set's entries travel. */
function entriesOf(collection: Map<0, unknown[]> | Set<unknown[]>): unknown[] {
  const [entries] = collection.values()
  return entries as unknown[]
}

export function stuck(path: string, why: string, cause?: unknown): TransferError {
  return new TransferError(`${path} can't cross between threads: ${why}`, {
    path,
    ...(cause !== undefined && { cause }),
  })
}

/** Puts back what was replaced. @param restored What a replacement stood for. */
export function restore(
  deep: ReadonlySet<DeepMark>,
  restored: (replacement: unknown, kind: Replaced) => unknown,
): void {
  const known = new Map<unknown, unknown>()
  for (const [holder, key, kind] of deep) {
    if (kind === 'map' || kind === 'set') {
      putBack(holder as Map<unknown, unknown> | Set<unknown>)
      continue
    }
    const replacement: unknown = Reflect.get(holder, key)
    if (!known.has(replacement)) known.set(replacement, restored(replacement, kind))
    setOwn(holder, key, known.get(replacement))
  }
}

function putBack(collection: Map<unknown, unknown> | Set<unknown>): void {
  const entries = entriesOf(collection as Set<unknown[]>)
  collection.clear()
  if (collection instanceof Set) {
    for (const value of entries) collection.add(value)
    return
  }
  for (let place = 0; place < entries.length; place += 2)
    collection.set(entries[place], entries[place + 1])
}
