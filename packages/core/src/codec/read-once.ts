/**
 * Reads what an object holds: without running code of the user's where that can be done, and else each getter and trap once. Maps and
 * Sets are read by the language's own methods: a class may have others under the same names.
 */
import * as types from 'node:util/types'
import { isWord } from './plain-text.js'

/** From this length on an array may be all holes. */
const HUGE = 2 ** 22
/** From this length on the items of an array are not asked for getters, which would cost more than all the rest. */
const LONG_ARRAY = 1024

/** Called for each value that an object holds, with its key there, or its place in order in a Map or Set. */
export type Visit = (key: PropertyKey, value: unknown, holder: object) => void
export type Entries = Array<readonly [key: PropertyKey, value: unknown]>

const { forEach: forEachEntry, keys: keysOfMap } = Map.prototype
const { forEach: forEachMember } = Set.prototype
const { getOwnPropertyDescriptor } = Object

/**
 * No proxy may be given, as everything that is asked of one runs code of the user's.
 *
 * @param isWhole Also what is undefined, and every item of a long array is asked for a getter; else this is only a look.
 * @returns false where it has getters; it has been read in part then.
 */
export function eachSteady(holder: object, visit: Visit, isWhole = false): boolean {
  if (types.isMap(holder) || types.isSet(holder)) {
    eachEntry(holder, visit)
    return true
  }
  if (!isWhole && Array.isArray(holder) && holder.length >= LONG_ARRAY) {
    eachItem(holder, visit)
    return true
  }
  for (const key of Object.keys(holder)) {
    const descriptor = getOwnPropertyDescriptor(holder, key)
    if (!descriptor) continue
    if (descriptor.get || descriptor.set) return false
    visit(key, descriptor.value, holder)
  }
  return true
}

/** Whether reading it would run code of the user's. Of proxies not to be asked. */
export function hasAccessors(holder: object): boolean {
  return !eachSteady(holder, () => undefined, true)
}

/** @param onThrow Told what a getter has thrown, or, without a key, what a trap of a proxy has. */
export function readOnce(
  holder: object,
  onThrow: (error: unknown, key?: PropertyKey) => never,
): Entries {
  let keys: string[]
  try {
    keys = Object.keys(holder)
  } catch (error) {
    return onThrow(error)
  }
  return keys.map((key) => {
    try {
      return [key, Reflect.get(holder, key)] as const
    } catch (error) {
      return onThrow(error, key)
    }
  })
}

function eachEntry(
  holder: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>,
  visit: Visit,
): void {
  let place = 0
  if (types.isMap(holder)) {
    forEachEntry.call(holder, (value: unknown, key: unknown) => {
      visit(place, key, holder)
      visit(place + 1, value, holder)
      place += 2
    })
  } else {
    forEachMember.call(holder as Set<unknown>, (value: unknown) => visit(place++, value, holder))
  }
}

function eachItem(array: readonly unknown[], visit: Visit): void {
  const { length } = array
  if (isHollow(array)) {
    for (const key of Object.keys(array)) visit(key, array[Number(key)], array)
    return
  }
  for (let index = 0; index < length; index += 1) {
    const item = array[index]
    if (item !== undefined) visit(index, item, array)
  }
}

/** Asked for some of its places: nobody could go through all of them. */
export function isHollow(array: readonly unknown[]): boolean {
  if (array.length < HUGE) return false
  const step = Math.floor(array.length / 64)
  let holes = 0
  for (let asked = 0; asked < 64; asked += 1) if (!Object.hasOwn(array, asked * step)) holes += 1
  return holes > 32
}

/** A step of the way to a value, for people. */
export function printStep(key: PropertyKey, holder: object): string {
  if (types.isSet(holder)) return `[${String(key)}]`
  if (types.isMap(holder)) return printEntry(holder, Number(key))
  if (Array.isArray(holder)) return `[${String(key)}]`
  return isWord(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`
}

function printEntry(map: ReadonlyMap<unknown, unknown>, place: number): string {
  const name = [...keysOfMap.call(map as Map<unknown, unknown>)][place >> 1]
  const printed =
    typeof name === 'string'
      ? name
      : typeof name === 'object' || typeof name === 'function'
        ? typeof name
        : String(name)
  return place % 2 === 0 ? `.keys()[${place >> 1}]` : `.get(${printed})`
}

/** A way of thousands of steps is told by its ends. */
export function printSteps(steps: readonly string[]): string {
  return steps.length <= 40
    ? steps.join('')
    : `${steps.slice(0, 20).join('')}…${steps.slice(-10).join('')}`
}
