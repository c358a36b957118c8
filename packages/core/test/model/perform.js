/**
 * Does trees for real, one after the other, and judges each. A program of its own, since whatever hangs in it must be seen
 * from outside: `supervise.js` starts it and reads what it prints.
 *
 * Node arguments: none; on its standard input a JSON of `{ seed, trees }`, or of `{ tree, repeat }` for a given one.
 */
import { readdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { configure, shutdown, stats } from '@syncbridge/core'
import { runTree } from './actors.js'
import { growTree } from './grow.js'
import { judge } from './judge.js'
import { predict } from './predict.js'
import { TreeMemory } from './tree-memory.js'

/** So many trees, then all threads end and others start, in other numbers. */
const TREES_OF_A_GENERATION = 128
const IDLE_DEADLINE_MS = 10_000
/** Longer than the latches of a tree wait. */
const TREE_DEADLINE_MS = 15_000
const LOOP_AND_SINGLE_AND_SHARED = 3

const say = (kind, value) => process.stdout.write(`${kind} ${JSON.stringify(value)}\n`)

const generationOf = (seed) => Math.floor(seed / TREES_OF_A_GENERATION)

/** Sizes of the pool and of the leased threads, the same for all trees of a generation. */
function limitsOf(seed) {
  const generation = generationOf(seed)
  return { pool: 1 + (generation % 3), leased: [4, 1, 2][Math.floor(generation / 3) % 3] }
}

function start({ pool, leased }) {
  configure({ pool: { maxThreads: pool }, leased: { maxThreads: leased } })
}

async function until(condition, what, patience = IDLE_DEADLINE_MS) {
  const deadline = performance.now() + patience
  while (!condition()) {
    if (performance.now() > deadline) return [`${what}: ${JSON.stringify(stats().threads)}`]
    await new Promise(setImmediate)
  }
  return []
}

const isIdle = () =>
  stats().threads.every(({ state, queued }) => state === 'idle' && queued === 0) &&
  stats().queued + stats().contexts + stats().calls.pending === 0

/** Threads of this process as the system counts them, where it tells. */
function systemThreads() {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : undefined
}

/** Never returns: the first fault is the last, since nobody knows what it has left behind. */
function fail(fault) {
  process.stdout.write(`fault ${JSON.stringify(fault)}\n`, () => process.exit(1))
  return new Promise(() => {})
}

async function perform(tree, roles) {
  const limits = limitsOf(tree.seed)
  const prediction = predict(tree)
  const memory = TreeMemory.make(tree.steps, prediction.events.length)
  const report = (faults) => {
    const [expected, actual] = [prediction.events, memory.read()]
    return fail({ seed: tree.seed, faults, limits, expected, actual })
  }
  const watch = setTimeout(() => report(['the tree does not end']), TREE_DEADLINE_MS)
  const faults = []
  const left = await runTree(tree, memory).catch((error) => [error.stack])
  clearTimeout(watch)
  faults.push(...(await until(isIdle, 'the threads are not idle after the tree')))
  // What runs at the end of a context that gave calls up is awaited by nobody; if it is missing, the judge says so.
  await until(() => memory.count >= prediction.events.length, '', 2000)
  const { threads } = stats()
  for (const { id, role } of threads) roles.set(id, role)
  faults.unshift(...judge(prediction, memory.read(), { roles, poolThreads: limits.pool }))
  if (left.length > 0) faults.push(`the tree left behind: ${left}`)
  if (threads.length > limits.pool + limits.leased + LOOP_AND_SINGLE_AND_SHARED)
    faults.push(`${threads.length} threads, with limits of ${JSON.stringify(limits)}`)
  if (faults.length > 0) await report(faults)
  return prediction
}

/** Ends all threads. What the system counts must be what `stats()` counts, and afterwards none. */
async function end(idleSystemThreads) {
  const running = stats().threads.length
  const faults = await until(
    () => idleSystemThreads === undefined || systemThreads() <= idleSystemThreads + running,
    `the system counts ${systemThreads()} threads beside ${idleSystemThreads}`,
  )
  await shutdown({ timeout: 5000 })
  if (stats().threads.length > 0) faults.push('shutdown() left threads')
  faults.push(
    ...(await until(
      () => idleSystemThreads === undefined || systemThreads() <= idleSystemThreads,
      `after shutdown() the system counts ${systemThreads()} threads beside ${idleSystemThreads}`,
    )),
  )
  if (faults.length > 0) await fail({ faults })
}

const count = { trees: 0, calls: 0, deepest: 0, steps: {}, queues: {} }

function tally({ nodes, blocks, done }) {
  count.trees += 1
  count.calls += nodes.size + blocks.size
  for (const [kind, times] of Object.entries(done)) add(count.steps, kind, times)
  for (const node of nodes.values()) {
    add(count.queues, node.queue.split(':')[0], 1)
    // Each block above it stands in a sync node of its own.
    count.deepest = Math.max(count.deepest, node.blocks.length * 2 + 1)
  }
}

function add(counts, name, times) {
  counts[name] = (counts[name] ?? 0) + times
}

let input = ''
for await (const chunk of process.stdin) input += chunk
const { seed, trees, tree, repeat = 1 } = JSON.parse(input)
// Node's own threads for files start with the first use, and then stay.
await stat('.')
const idleSystemThreads = systemThreads()
const roles = new Map()
const given = tree
  ? Array.from({ length: repeat }, () => tree)
  : Array.from({ length: trees }, (_, index) => seed + index)
let generation
for (const one of given) {
  const grown = typeof one === 'number' ? growTree(one) : one
  say('tree', grown.seed)
  if (generation !== generationOf(grown.seed)) {
    if (generation !== undefined) await end(idleSystemThreads)
    generation = generationOf(grown.seed)
    start(limitsOf(grown.seed))
  }
  tally(await perform(grown, roles))
}
await end(idleSystemThreads)
say('done', count)
