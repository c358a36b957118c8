/** Which crossings there are, and a sequence of them that a seed replays: every member meets every role before one comes again. */
import { Random } from '../model/random.js'
import { kinds, members } from './members/all.js'

export const roles = [
  'argument',
  'result',
  'thrown',
  'item',
  'sent',
  'callbackArgument',
  'callbackResult',
  'localThere',
  'localBack',
  'storageThere',
  'storageBack',
  'thisValue',
  'abortReason',
]
const ways = ['ring', 'port', 'moved']
const modes = ['awaited', 'blocking']
const places = ['pool', 'shared', 'lease', 'reused', 'loop']

/** @param {{ words?: string[], depthNames: string[] }} options Only cases of which each word names a part, or the kind of the value. */
export function* casesOf(seed, { words = [], depthNames }) {
  const random = new Random(seed)
  const names = Object.values(kinds).map((kind) => Object.keys(kind))
  const kindOf = new Map(
    Object.entries(kinds).flatMap(([kind, all]) => Object.keys(all).map((name) => [name, kind])),
  )
  const isWanted = (spec) =>
    words.every((word) =>
      [kindOf.get(spec.member), ...Object.values(spec)].some((part) => String(part).includes(word)),
    )
  for (let token = 1; ; ) {
    for (const [member, role] of pairs(random, names)) {
      const spec = { member, role, ...others(random, depthNames), token }
      // Words may be met by few: then a pair is looked at with other partners.
      for (let tries = 0; tries < 50 && !(isPossible(spec) && isWanted(spec)); tries += 1)
        Object.assign(spec, others(random, depthNames))
      if (!isPossible(spec) || !isWanted(spec)) continue
      yield spec
      token += 1
    }
    // No pair was met in a whole round.
    if (token === 1) return
  }
}

const others = (random, depthNames) => ({
  depth: random.chance(0.3) ? 'top' : random.pick(depthNames),
  way: random.pick(ways),
  mode: random.pick(modes),
  place: random.pick(places),
})

/** Kinds take turns, however many members they have. */
function pairs(random, names) {
  const queues = names.map((kind) =>
    shuffle(
      random,
      kind.flatMap((member) => roles.map((role) => [member, role])),
    ),
  )
  const all = []
  while (queues.some(({ length }) => length > 0))
    for (const queue of queues) if (queue.length > 0) all.push(queue.pop())
  return all
}
function shuffle(random, list) {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    ;[list[at], list[other]] = [list[other], list[at]]
  }
  return list
}

export function isPossible(spec) {
  const { member, role, way, mode } = spec
  const { neverSettles, isSymbol } = members[member]
  // What is thrown, or the reason of an abort, is sent by the bridge: no list beside it can say what is moved.
  if (way === 'moved' && (role === 'thrown' || role === 'abortReason')) return false
  // A primitive as `this` is an object in code that isn't strict.
  if (isSymbol && role === 'thisValue') return false
  // Sync code that blocks hears of no abort of its own call: only the async code that called it can give both up.
  if (role === 'abortReason' && mode === 'blocking') return false
  // Whoever awaits what never settles waits for ever, and says so.
  return !(neverSettles && isResolvedByTheLanguage(spec))
}

/**
 * What an `await` of the language looks for a `then`, and calls it: no bridge comes to know of it. An async function's own promise does
 * so with what the function gives, and a function that crossed may be async, so that what it gives is awaited.
 */
export const isResolvedByTheLanguage = ({ role, mode, depth, way }) =>
  depth === 'top' &&
  way === 'ring' &&
  (role === 'callbackResult' || (mode === 'blocking' && (role === 'result' || role === 'item')))
