/**
 * What a reader keeps of the `Local`s that came last: see {@link file://./written-locals.ts}. Never what anybody has been given, who
 * might change it: whoever looks gets copies (`WireLocals.isShared`).
 */
import type { WireLocals } from '../protocol.js'
import { malformed } from './malformed.js'
import { NO_CALL } from './wire-format.js'
import { isJoinable, isSmall, joined, placesOfObjects } from './written-locals.js'

/** Stands for an object that will come with the call, so that none of the user's is held here. */
const OBJECT = Object.freeze({})

type Kept = [
  keys: readonly string[] | undefined,
  last: WireLocals | undefined,
  places: readonly number[],
  call: number,
  after: WireLocals | undefined,
]

export class ReadLocals {
  #keys: readonly string[] | undefined = undefined
  #last: WireLocals | undefined = undefined
  #places: readonly number[] = []
  #call = NO_CALL
  #after: WireLocals | undefined = undefined
  #before: Kept | undefined = undefined

  /** A message is read that may change what is kept. */
  begin(): void {
    this.#before = [this.#keys, this.#last, this.#places, this.#call, this.#after]
  }

  /** The message will be read once more. */
  rewind(): void {
    if (this.#before) [this.#keys, this.#last, this.#places, this.#call, this.#after] = this.#before
  }

  noteCall(id: number): void {
    this.#call = id
    this.#after = undefined
  }

  /** The outcome of a call goes back. */
  noteOutcome(id: number, changed: WireLocals): void {
    if (id === NO_CALL || id !== this.#call) return
    if (!this.#last || !isJoinable(this.#last.keys, changed)) return
    const { keys, places } = joined(this.#last.keys, changed.keys)
    const value = [...(this.#last.values.value as readonly unknown[])]
    const values = changed.values.value as readonly unknown[]
    for (let index = 0; index < places.length; index += 1) {
      const one = values[index]
      value[places[index] as number] = typeof one === 'object' && one !== null ? OBJECT : one
    }
    if (isSmall({ value })) this.#after = { keys, values: { value }, deleted: [] }
  }

  /** From here on, those that there were after the outcome are what came last, but for the objects. */
  keepAfterOutcome(): void {
    this.keep(this.#after ?? malformed('it has what is left of a call that never came'))
    this.#keys = this.#after?.keys
  }

  /** The keys that came last, in a list of their own: it will stand for other values. */
  sameKeys(): readonly string[] {
    return this.#keys ? [...this.#keys] : malformed('it has the keys of one that never came')
  }

  keepKeys(keys: readonly string[]): void {
    this.#keys = keys
  }

  /** @returns the locals, as others may have them, too. */
  keep(locals: WireLocals): WireLocals {
    this.#last = undefined
    if (locals.values.marks) return locals
    this.#places = placesOfObjects(locals.values.value as readonly unknown[])
    const isFlat = this.#places.length === 0
    this.#last = { ...locals, isFlat, isShared: !isFlat }
    return this.#last
  }

  same(): WireLocals {
    return this.#last ?? malformed('it has the locals of one that never came')
  }

  sameWith(objects: readonly unknown[]): WireLocals {
    const last = this.same()
    if (objects.length !== this.#places.length)
      malformed(`it has ${objects.length} objects for ${this.#places.length} places`)
    const value = [...(last.values.value as readonly unknown[])]
    this.#places.forEach((place, index) => {
      value[place] = objects[index]
    })
    this.#last = { ...last, values: { value } }
    return this.#last
  }
}
