/**
 * Does a tree for real: each node is a call of one of the bridged functions below, which interprets its part of the tree
 * and hands what is below it to the next. Every thread imports this module and so has the same functions.
 */
import { threadId } from 'node:worker_threads'
import {
  AsyncSingleThreadContext,
  asyncToSync,
  callSignal,
  Local,
  localScope,
  onContextExit,
  syncToAsync,
  ThreadPoolExecutor,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import { abortHeld, abortQueued } from './abort-steps.js'
import { mix, ok } from './outcome.js'
import { errorOf, outcomeOf } from './thrown.js'
import { KEYS, LATCH, TreeMemory } from './tree-memory.js'

const values = new Local()
const critical = new Local({ threadCritical: true })
const single = new ThreadPoolExecutor({ maxThreads: 1 })

const awaiting = {
  sensitive: syncToAsync(runSync),
  pool: syncToAsync(runSync, { threadSensitive: false }),
  single: syncToAsync(runSync, { threadSensitive: false, executor: single }),
}
const blocking = {
  loop: asyncToSync(runAsync),
  fresh: asyncToSync(runAsync, { forceNewLoop: true }),
}

/** The sync node of a tree, with all that is below it. */
export function runSync(node, buffer) {
  const memory = new TreeMemory(buffer)
  const mark = critical.mark ?? 0
  critical.mark = node.id
  write(memory, 'enter', node.id, { mark })
  try {
    const sum = syncSteps(node.steps, memory)
    write(memory, 'exit', node.id, { outcome: ok(sum) })
    return { id: node.id, sum }
  } catch (error) {
    write(memory, 'exit', node.id, { outcome: outcomeOf(error) })
    throw error
  } finally {
    if (node.holds !== undefined) memory.open(node.holds, LATCH.done)
  }
}

/** The async node of a tree, with all that is below it. */
export async function runAsync(node, buffer) {
  const memory = new TreeMemory(buffer)
  write(memory, 'enter', node.id)
  try {
    const sum = await asyncSteps(node.steps, memory)
    write(memory, 'exit', node.id, { outcome: ok(sum) })
    return { id: node.id, sum }
  } catch (error) {
    write(memory, 'exit', node.id, { outcome: outcomeOf(error) })
    throw error
  }
}

const plain = {
  set({ key, value }) {
    values[`key${key}`] = value
  },
  delete({ key }) {
    delete values[`key${key}`]
  },
  throw({ error }) {
    throw errorOf(error)
  },
}

const sync = {
  scope: (step, memory) => localScope(() => syncSteps(step.steps, memory)),
  solo: (step, memory) => new AsyncSingleThreadContext().run(() => syncSteps(step.steps, memory)),
  block: (step, memory) => sumOf(step, blocking[step.flavour](step.node, memory.buffer)),
  hook(step, memory) {
    onContextExit(() => write(memory, 'hook', step.id))
    return 0
  },
  hold(step, memory) {
    memory.open(step.abort, LATCH.entered)
    memory.waitBlocking(step.abort, LATCH.release)
    return 2
  },
}

const async = {
  call: (step, memory) => call(step, memory, step.pass ? callSignal() : undefined),
  scope: (step, memory) => localScope(() => asyncSteps(step.steps, memory)),
  context: (step, memory) => new ThreadSensitiveContext().run(() => asyncSteps(step.steps, memory)),
  misuse: (step, memory) => sumOf(step, blocking.loop(step.node, memory.buffer)),
  async all(step, memory) {
    const branches = step.branches.map((steps) => asyncSteps(steps, memory))
    const settled = await Promise.allSettled(branches)
    const failed = settled.find(({ status }) => status === 'rejected')
    if (failed) throw failed.reason
    return settled.reduce((sum, { value }) => mix(sum, ok(value)), 0)
  },
  async hold(step, memory) {
    const signal = callSignal()
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve))
    memory.open(step.abort, LATCH.entered)
    if (!signal?.aborted) await Promise.race([aborted, memory.wait(step.abort, LATCH.release)])
    if (!signal?.aborted) return 2
    memory.open(step.abort, LATCH.noticed)
    if (step.then === 'throw') throw signal.reason
    return 1
  },
  /** Waits for a task that was left behind, wherever it was. */
  async settle({ late }, memory) {
    if (!memory.isOpen(late, LATCH.entered) || memory.isOpen(late, LATCH.release)) return 0
    memory.open(late, LATCH.release)
    await memory.wait(late, LATCH.done)
    return 1
  },
  abort: (step, memory) => (step.how === 'queued' ? abortQueued : abortHeld)(step, memory, call),
}

async function call(step, memory, signal) {
  write(memory, 'before', step.id)
  try {
    const bridged = awaiting[step.flavour]
    const value = await (signal ? bridged.with({ signal }) : bridged)(step.node, memory.buffer)
    const outcome = ok(sumOf(step, value))
    write(memory, 'after', step.id, { outcome })
    return outcome.number
  } catch (error) {
    const same = typeof error === 'object' && signal !== undefined && error === signal.reason
    write(memory, 'after', step.id, { outcome: { ...outcomeOf(error), same } })
    throw error
  } finally {
    if (step.notices !== undefined) memory.open(step.notices, LATCH.noticed)
  }
}

/** Runs once its latch is opened; nobody awaits it. */
async function runLate(step, memory) {
  try {
    await memory.wait(step.id, LATCH.release)
  } catch {
    // Whoever should have opened it says why.
    return
  }
  write(memory, 'enter', step.id)
  try {
    write(memory, 'exit', step.id, { outcome: ok(await asyncSteps(step.steps, memory)) })
  } catch (error) {
    write(memory, 'exit', step.id, { outcome: outcomeOf(error) })
  } finally {
    memory.open(step.id, LATCH.done)
  }
}

function syncSteps(steps, memory) {
  let sum = 0
  for (const step of steps) {
    if (plain[step.do]) {
      plain[step.do](step)
      continue
    }
    const { before, after } = observer(step, memory)
    before()
    try {
      const outcome = ok(sync[step.do](step, memory))
      after(outcome)
      sum = mix(sum, outcome)
    } catch (error) {
      sum = mix(sum, caught(step, error, after))
    }
  }
  return sum
}

async function asyncSteps(steps, memory) {
  let sum = 0
  for (const step of steps) {
    if (plain[step.do]) {
      plain[step.do](step)
      continue
    }
    const { before, after } = observer(step, memory)
    before()
    if (step.do === 'late') {
      memory.open(step.id, LATCH.entered)
      void runLate(step, memory)
      continue
    }
    try {
      const outcome = ok(await async[step.do](step, memory))
      after(outcome)
      sum = mix(sum, outcome)
    } catch (error) {
      sum = mix(sum, caught(step, error, after))
    }
  }
  return sum
}

/** A call writes what it comes to itself, since it also stands inside other steps. */
function observer(step, memory) {
  if (step.do === 'call') return { before() {}, after() {} }
  return {
    before: () => write(memory, 'before', step.id),
    after: (outcome) => write(memory, 'after', step.id, { outcome }),
  }
}

function caught(step, error, after) {
  const outcome = outcomeOf(error)
  after(outcome)
  if (!step.catch) throw error
  return outcome
}

function sumOf({ node }, value) {
  if (value?.id !== node.id || Object.keys(value).length !== 2)
    throw new Error(`node ${node.id} gave ${JSON.stringify(value)}`)
  return value.sum
}

function write(memory, event, id, { outcome, mark } = {}) {
  const locals = Array.from({ length: KEYS }, (_, key) => values[`key${key}`] ?? 0)
  memory.write({ event, id, thread: threadId, outcome, mark, locals })
}

/** Does the whole tree, here, and then what was left behind. Settles when nothing of it is left to run. */
export async function runTree({ root, lates }, memory) {
  try {
    if (root.kind === 'sync') localScope(() => runSync(root, memory.buffer))
    else await localScope(() => runAsync(root, memory.buffer))
  } catch {
    // Its `exit` says what became of it.
  }
  for (const late of lates) await async.settle({ late }, memory)
  return Object.keys(values)
}
