/** Where a hostile member stands below the value that crosses, and what lies beside it and so decides the way. */
import util from 'node:util'
import { transfer } from '@syncbridge/core'
import { members } from './members/all.js'

export const depths = {
  top: (value) => value,
  property: (value) => ({ before: 'a', value, behind: 'b' }),
  item: (value) => ['a', value, 'b'],
  'value of a map': (value) => new Map([['key', value]]),
  'key of a map': (value) => new Map([[value, 'b']]),
  'item of a set': (value) => new Set(['a', value]),
  'cause of an error': (value) => new Error('hostile holder', { cause: value }),
  'property of an error': (value) => Object.assign(new Error('hostile holder'), { value }),
  'field of an instance': (value) => Object.assign(new Holder(), { value }),
  twice: (value) => ({ one: value, other: [value] }),
  'ten levels': (value) => nest(value, 10),
  // Shared memory takes 32.
  'forty levels': (value) => nest(value, 40),
}
class Holder {}
function nest(value, levels) {
  let all = value
  for (let level = 0; level < levels; level += 1) all = level % 2 ? [all] : { below: all }
  return all
}

/** @param {{ member: string, depth: string }} spec */
export const produce = ({ member, depth }) => depths[depth](members[member].make())

/** What is passed beside it: nothing, what needs the port, or memory that is moved. */
export const beside = {
  ring: () => undefined,
  port: () => new Date(0),
  moved: () => transfer(new ArrayBuffer(8)),
}

/** The same in one value, where there is only one: results, items, and what is thrown. */
export function produceWithBeside(spec) {
  const value = produce(spec)
  if (spec.way === 'ring') return value
  if (spec.way === 'port') return { value, when: new Date(0) }
  const memory = new ArrayBuffer(8)
  return transfer({ value, memory }, [memory])
}

/** How many levels there are, the first way down, found without a stack; and the bytes at the bottom, if there are any. */
export function lookAt(value) {
  let levels = 0
  let at = value
  // Ends where it goes round.
  for (; isBranch(at) && levels < 50_000; levels += 1) at = firstBelow(at)
  return ArrayBuffer.isView(at) ? { levels, bytes: bytesOf(at) } : { levels }
}
const isBranch = (value) =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
/** By the language's own measure, whatever it says of itself. */
const bytesOf = (view) =>
  util.types.isUint8Array(view)
    ? [...Uint8Array.prototype.subarray.call(view, 0, 64)].join()
    : undefined
function firstBelow(value) {
  if (value instanceof Map) {
    const [[key, below]] = value.size > 0 ? value : [[]]
    return typeof key === 'object' ? key : below
  }
  if (value instanceof Set) return [...value].at(-1)
  if (Array.isArray(value)) return value.length > 0 ? value[value.length >> 1] : undefined
  if (value instanceof Error) return value.cause ?? value.value
  return value.below ?? value.value ?? value.left ?? value.one
}
