/**
 * Below the values of a message: what structured clone would lose, refuse or recurse too deep into is replaced in copies of the objects
 * that hold it, and only of those; all else goes on as it is. On the other side `restore` puts back what was meant.
 *
 * Values that are nested too deep for structured clone are taken apart: each holder becomes a part of its own, in a list, and where one
 * held another stands the other's place in that list. So what is cloned is flat, whatever it was.
 */
import { TransferError } from '../errors.js'
import type { DeepMark, Replaced, WireNode, WireValue } from '../protocol.js'
import { isTransferError } from './clone-failure.js'
import type { Kind } from './kind-of.js'
import { setOwn } from './own-property.js'
import { eachSteady } from './read-once.js'
import { mustReplace, type Plan, planReplacing, type Surveyed } from './survey.js'

export interface Replacer extends Surveyed {
  /**
   * What stands for a value on its way.
   * @param way To the value, for people.
   * @throws TransferError, without a path
   */
  replace(value: unknown, by: Replaced, way: () => string): unknown
  /** What the user calls the value of that index: `args[0]`, `result`. */
  nameOf(index: number): string
}

export interface Replacement {
  readonly values: unknown[]
  readonly deep: ReadonlySet<DeepMark>
  /** The holders of values that are nested too deep, each by its place. */
  readonly parts?: readonly object[] | undefined
  /** Of the message, where it has some. */
  readonly nodes?: readonly WireNode[] | undefined
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
  /** Where the values are nested too deep, the place of each holder among the parts. */
  readonly #places: Map<unknown, number> | undefined
  readonly #replaced = new Map<unknown, unknown>()
  readonly #deep = new Set<DeepMark>()
  /** Last: their entries must have been restored. */
  readonly #collections: DeepMark[] = []

  constructor(values: readonly unknown[], replacer: Replacer) {
    this.#values = values
    this.#replacer = replacer
    this.#plan = planReplacing(values, replacer, (index) => replacer.nameOf(index))
    this.#places = this.#plan.isDeep ? new Map() : undefined
  }

  copy(): Replacement {
    // First all copies, then what they hold: a cycle leads to a copy that is there.
    for (const holder of this.#plan.marked) {
      this.#places?.set(holder, this.#copies.size)
      this.#copies.set(holder, this.#shell(holder))
    }
    for (const holder of this.#plan.marked) this.#fill(holder)
    for (const mark of this.#collections) this.#deep.add(mark)
    const values = (this.#copies.get(this.#values) ?? [...this.#values]) as unknown[]
    const parts = this.#places && [...this.#copies.values()]
    return { values, deep: this.#deep, parts }
  }

  #shell(holder: object): object {
    const { is } = this.#replacer.kindOf(holder)
    if (is !== 'map' && is !== 'set') return Array.isArray(holder) ? this.#shellOfArray(holder) : {}
    // A Map keeps its order only where all its entries are put in again.
    const entries: unknown[] = []
    const shell = is === 'map' ? new Map([[0, entries]]) : new Set([entries])
    this.#collections.push([shell, 0, is])
    return shell
  }

  /** A proxy may say anything of its length. */
  #shellOfArray(holder: readonly unknown[]): unknown[] {
    return this.#plan.read.has(holder) ? [] : new Array(holder.length)
  }

  #fill(holder: object): void {
    const copy = this.#copies.get(holder) as object
    const { is } = this.#replacer.kindOf(holder)
    const target = is === 'map' || is === 'set' ? entriesOf(copy as Map<0, unknown[]>) : copy
    const put = (key: PropertyKey, value: unknown) =>
      setOwn(target, key, this.#stand(value, holder, key, target, is === 'fields'))
    const entries = this.#plan.read.get(holder)
    if (entries) for (const [key, value] of entries) put(key, value)
    else eachSteady(holder, put, true)
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
    const place = this.#places?.get(value)
    if (place === undefined) return this.#copies.get(value as object) ?? value
    this.#deep.add([target, key, 'part'])
    return place
  }

  /** What occurs twice is replaced once, so that it arrives as one. */
  #replacement(value: unknown, by: Replaced, holder: object, key: PropertyKey): unknown {
    if (this.#replaced.has(value)) return this.#replaced.get(value)
    try {
      const replaced = this.#replacer.replace(value, by, () => this.#plan.pathTo(holder, key))
      this.#replaced.set(value, replaced)
      return replaced
    } catch (error) {
      throw isTransferError(error)
        ? stuck(
            this.#plan.pathTo(holder, key) + (error.path ?? ''),
            error.message,
            error.cause ?? error,
          )
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

/** @param path Empty for what is a value by itself: whoever knows where it stands adds the way, and says the rest. */
export function stuck(path: string, why: string, cause?: unknown): TransferError {
  const because = cause === undefined ? {} : { cause }
  if (path === '') return new TransferError(why, because)
  return new TransferError(`${path} can't cross between threads: ${withoutPath(why)}`, {
    path,
    ...because,
  })
}

/** What an obstacle further down has said of its own way is left out. */
function withoutPath(why: string): string {
  const at = why.indexOf(INNER)
  return at < 0 || why.slice(0, at).includes(' ') ? why : why.slice(at + INNER.length)
}

const INNER = " can't cross between threads: "

/**
 * Puts back what was replaced.
 *
 * @param restored What a replacement stood for.
 * @param onFailure Told what `restored` has thrown. The place is left empty then.
 */
export function restore(
  { deep = new Set(), parts = [] }: Pick<WireValue, 'deep' | 'parts'>,
  restored: (replacement: unknown, kind: Replaced) => unknown,
  onFailure: (error: unknown, holder: object, key: PropertyKey, kind: Replaced) => void,
): void {
  const known = new Map<unknown, unknown>()
  let owners: ReadonlyMap<object, object> | undefined
  for (const [holder, key, kind] of deep) {
    if (kind === 'map' || kind === 'set') {
      putBack(holder as Map<unknown, unknown> | Set<unknown>)
      continue
    }
    const replacement: unknown = Reflect.get(holder, key)
    if (kind === 'part') {
      setOwn(holder, key, parts[replacement as number])
      continue
    }
    try {
      if (!known.has(replacement)) known.set(replacement, restored(replacement, kind))
      setOwn(holder, key, known.get(replacement))
    } catch (error) {
      setOwn(holder, key, undefined)
      owners ??= collectionsIn(deep)
      onFailure(error, owners.get(holder) ?? holder, key, kind)
    }
  }
}

/** The Maps and Sets, by the lists in which their entries have travelled. */
function collectionsIn(deep: ReadonlySet<DeepMark>): Map<object, object> {
  const owners = new Map<object, object>()
  for (const [holder, , kind] of deep)
    if (kind === 'map' || kind === 'set') owners.set(entriesOf(holder as Set<unknown[]>), holder)
  return owners
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
