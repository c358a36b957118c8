/** Holds what happened against what the model says, and the order of it against the rules that hold for every tree. */
import { judgeOrder } from './judge-order.js'
import { printOutcome } from './outcome.js'

/**
 * @param {{ events: object[], nodes: Map<number, object>, blocks: Set<number>, hooks: Map<number, object> }} prediction
 * @param {object[]} events What happened, in order.
 * @param {{ roles: ReadonlyMap<number, string>, poolThreads: number }} threads What is known of the threads.
 * @returns {string[]} What is wrong; nothing where all is well.
 */
export function judge(prediction, events, threads) {
  const faults = [
    ...compare(prediction.events, events),
    ...judgePlaces(prediction, events, threads),
  ]
  // An order of the wrong events says nothing.
  return faults.length > 0 ? faults : judgeOrder(prediction, events, threads)
}

const keyOf = ({ event, id }) => `${event} ${id}`

function compare(expected, events) {
  const happened = new Map(events.map((event) => [keyOf(event), event]))
  const missing = expected.filter((event) => !happened.has(keyOf(event)))
  const wanted = new Map(expected.map((event) => [keyOf(event), event]))
  // What went wrong first comes first.
  const faults = events.flatMap((event) =>
    wanted.has(keyOf(event))
      ? compareEvent(wanted.get(keyOf(event)), event)
      : [`${keyOf(event)} happened, and should not${explain(event)}`],
  )
  if (happened.size < events.length) faults.push('something happened twice')
  return [...faults, ...missing.map((event) => `${keyOf(event)} did not happen`)]
}

function compareEvent(wanted, got) {
  const faults = []
  const [wantedEnd, gotEnd] = [wanted, got].map(({ outcome }) =>
    outcome ? `${printOutcome(outcome)}${outcome.same ? ', the very reason' : ''}` : 'nothing',
  )
  if (wantedEnd !== gotEnd)
    faults.push(`${keyOf(wanted)} came to ${gotEnd}, should be ${wantedEnd}${explain(got)}`)
  const differs = wanted.locals.some((value, key) => value !== null && value !== got.locals[key])
  if (differs)
    faults.push(`${keyOf(wanted)} saw the Locals ${got.locals}, should be ${printLocals(wanted)}`)
  return faults
}

const explain = ({ text }) => (text === undefined ? '' : `: ${text}`)
const printLocals = ({ locals }) => locals.map((value) => value ?? '*').join()

/** Which role a thread has that is at a place. */
const ROLES = { shared: 'shared', context: 'leased', pool: 'pool', single: 'pool', loop: 'loop' }

function judgePlaces(prediction, events, { roles }) {
  const faults = []
  const placeOf = new Map(prediction.events.map((event) => [keyOf(event), event.place]))
  const threadOf = new Map()
  for (const event of events) {
    const place = placeOf.get(keyOf(event))
    if (place === undefined) continue
    const thread = threadOf.get(place) ?? event.thread
    threadOf.set(place, thread)
    if (thread !== event.thread)
      faults.push(`${keyOf(event)} ran on thread ${event.thread}, but ${place} is thread ${thread}`)
  }
  for (const [place, thread] of threadOf) {
    const [kind] = place.split(':')
    const role = roles.get(thread)
    if (!mayHaveRole(kind, thread, role))
      faults.push(`${place} is thread ${thread}, which is a thread of role ${role ?? 'unknown'}`)
    for (const [other, otherThread] of threadOf) {
      if (other < place && otherThread === thread && !mayBeOne(place, other))
        faults.push(`${other} and ${place} are both thread ${thread}`)
    }
  }
  return faults
}

function mayHaveRole(kind, thread, role) {
  if (kind === 'main') return thread === 0
  // Such a loop ends with its call: it may be gone, or was made by a thread below.
  if (kind === 'fresh' || kind === 'solo') return role === undefined || role === 'loop'
  return role === ROLES[kind]
}

/** Two calls of the pool may meet the same thread, and two contexts after one another as well. */
function mayBeOne(place, other) {
  const [kind] = place.split(':')
  return (kind === 'pool' || kind === 'context') && other.startsWith(`${kind}:`)
}
