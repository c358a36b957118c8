/** The order of what happened, against the rules that hold for every tree: one at a time, and first come, first served. */

/** @returns {string[]} What is wrong. The parameters are those of `judge`. */
export function judgeOrder(prediction, events, { poolThreads }) {
  const { nodes, hooks } = prediction
  const indexOf = new Map(events.map(({ event, id, index }) => [`${event} ${id}`, index]))
  const faults = []
  for (const [id, { call, abandoned }] of nodes) {
    if (call === undefined) continue
    const end = abandoned ? [] : [`exit ${id}`]
    const order = [`before ${call}`, `enter ${id}`, ...end, `after ${call}`].map((key) =>
      indexOf.get(key),
    )
    if (!isAscending(order))
      faults.push(`call ${call} of node ${id}: begin, start, end and answer came as ${order}`)
  }
  for (const [hook, { id, isClean }] of hooks) {
    // A context does not wait for what its callers have given up.
    if (isClean && indexOf.get(`hook ${hook}`) > indexOf.get(`after ${id}`))
      faults.push(`hook ${hook} ran after its context ${id} had ended`)
  }
  for (const [thread, own] of groupBy(events, (event) => event.thread)) {
    const watch = new ThreadWatch(thread, prediction)
    for (const event of own) watch.see(event)
    faults.push(...watch.faults, ...judgeQueues(own, nodes, indexOf, poolThreads))
  }
  return faults
}

const isAscending = (numbers) => numbers.every((n, place) => place === 0 || n > numbers[place - 1])

function groupBy(list, keyOf) {
  const groups = new Map()
  for (const item of list) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/**
 * One thread: one sync node at a time; on top of a blocked one only what that one waits for; a leased thread for one
 * context after the other, with nothing left behind.
 */
class ThreadWatch {
  faults = []
  #thread
  #prediction
  #running = []
  #registered = []
  #last
  #gone = new Set()

  constructor(thread, prediction) {
    this.#thread = thread
    this.#prediction = prediction
  }

  see({ event, id, mark, outcome }) {
    const { nodes, blocks, hooks } = this.#prediction
    const top = this.#running.at(-1)
    if (blocks.has(id) && top) top.block = event === 'before' ? id : undefined
    if (event === 'after' && hooks.has(id)) this.#registered.push(id)
    if (event === 'hook' && (top || this.#registered.pop() !== id))
      this.faults.push(`hook ${id} ran out of turn`)
    const node = nodes.get(id)
    if (event === 'exit' && node && this.#running.pop()?.id !== id)
      this.faults.push(`node ${id} ended while another one ran on top of it${outcome ? '' : '?'}`)
    if (event === 'enter' && node) {
      this.#judgeStart(id, node, top)
      this.#running.push({ id })
      // On the thread of a loop such a Local is its scope's own.
      if (node.place !== 'main') this.#judgeOwner(id, node, mark)
    }
  }

  #judgeStart(id, { queue, blocks }, top) {
    const inTurn = top
      ? queue === `block:${top.block}` ||
        (/^(pool|single)$/.test(queue) && blocks.includes(top.block))
      : !queue.startsWith('block:')
    if (!inTurn) {
      const how = top ? `on top of node ${top.id} (blocked in ${top.block})` : 'on a free thread'
      this.faults.push(`node ${id} of the queue ${queue} started ${how}`)
    }
  }

  #judgeOwner(id, { place }, mark) {
    const isLeased = place.startsWith('context:')
    const owner = isLeased ? place : 'all'
    const isNew = this.#last?.owner !== owner
    if (isNew && this.#last) this.#gone.add(this.#last.owner)
    if (this.#gone.has(owner))
      this.faults.push(
        `thread ${this.#thread} went to others and, with node ${id}, back to ${owner}`,
      )
    if (isNew && this.#registered.length > 0)
      this.faults.push(`node ${id} started before the hooks ${this.#registered} had run`)
    // What an earlier tree left on a thread that is never leased can't be known.
    const left = isNew ? 0 : this.#last.id
    if ((!isNew || isLeased) && mark !== left)
      this.faults.push(`node ${id} found ${mark} in the Local of its thread, should be ${left}`)
    this.#last = { id, owner }
  }
}

/** What one thread sent to one queue starts in that order. */
function judgeQueues(events, nodes, indexOf, poolThreads) {
  const nodeOf = new Map([...nodes].map(([id, node]) => [node.call, { id, ...node }]))
  const sent = events
    .filter(({ event, id }) => event === 'before' && nodeOf.has(id))
    .map(({ id }) => nodeOf.get(id))
    // On several threads there is no telling which one started first.
    .filter(({ queue, isDirect }) => isDirect && (queue !== 'pool' || poolThreads === 1))
  const faults = []
  for (const [queue, calls] of groupBy(sent, (node) => node.queue)) {
    const starts = calls.map(({ id }) => indexOf.get(`enter ${id}`))
    if (!isAscending(starts))
      faults.push(`nodes ${calls.map(({ id }) => id)} of the queue ${queue} started out of order`)
  }
  return faults
}
