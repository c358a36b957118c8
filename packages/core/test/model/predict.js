/**
 * The model: what a tree must come to, read off the tree alone. Nothing here knows the library. It says of each event where
 * it must happen (a *place*: events at one place are on one thread), what the `Local` must hold, and how each step must
 * end; and of each sync node in which queue it must have waited, and below which blocks it stands.
 */
import { failure, mix, OK, ok } from './outcome.js'
import { routeOf } from './predict-route.js'
import { PredictedCell, writtenBy } from './predicted-cell.js'

class Thrown {
  constructor(outcome) {
    this.outcome = outcome
  }
}

/** Thrown where a tree can be no test: by the contract itself it waits for itself, or may come to this or to that. */
export class NoTest extends Error {
  /** @param {number} step The step that must go. */
  constructor(step) {
    super(`nothing can be said of the step ${step}`)
    this.step = step
  }
}

/**
 * @returns {{ events: object[], nodes: Map<number, object>, blocks: Set<number>, hooks: Map<number, object>, done: Record<string, number> }}
 * `events` in no order; of each sync node its `place`, `queue`, the `blocks` above it, and whether its caller gave it up
 * (`abandoned`); all steps that block; of each hook its context (`isClean` where no call in it was given up); how many steps
 * of each kind are `done`.
 * @throws NoTest
 */
export function predict(tree) {
  return new Prediction().tree(tree)
}

class Prediction {
  #events = []
  #nodes = new Map()
  #lates = new Map()
  #aborts = new Map()
  /** What is open around the step that is looked at, the innermost last: blocks and contexts. */
  #open = []
  #settling = []
  #hooks = []
  #blocks = new Set()
  #done = {}

  tree({ root, lates }) {
    const isSync = root.kind === 'sync'
    const env = {
      place: 'main',
      loop: isSync ? undefined : 'main',
      mode: 'open',
      chain: [],
      cell: new PredictedCell(),
      signals: new Set(),
    }
    if (isSync) this.#nodes.set(root.id, { place: 'main', queue: 'main', blocks: [] })
    attempt(() => this.#body(root, env))
    for (const late of lates) this.#settleLate(late, undefined)
    return {
      events: this.#events,
      nodes: this.#nodes,
      blocks: this.#blocks,
      done: this.#done,
      hooks: new Map(this.#hooks.map(({ id, env }) => [id, env.context])),
    }
  }

  #write(event, id, { place, cell }, outcome) {
    this.#events.push({ event, id, place, locals: cell.look(), outcome })
  }

  #body({ id, steps }, env) {
    this.#write('enter', id, env)
    const outcome = attempt(() => this.#steps(steps, env))
    this.#write('exit', id, env, outcome)
    return numberOf(outcome)
  }

  #steps(steps, env) {
    let sum = 0
    for (const step of steps) {
      const outcome = this.#step(step, env)
      if (outcome) sum = mix(sum, outcome)
    }
    return sum
  }

  #step(step, env) {
    this.#done[step.do] = (this.#done[step.do] ?? 0) + 1
    switch (step.do) {
      case 'set':
        return env.cell.set(step.key, step.value)
      case 'delete':
        return env.cell.delete(step.key)
      case 'throw':
        throw new Thrown(failure(step.error.kind, step.error.number))
      case 'late':
        this.#write('before', step.id, env)
        this.#lates.set(step.id, { step, env })
        return undefined
      case 'call': {
        const outcome = attempt(() => this.#call(step, env, step.pass ? env.signals : new Set()))
        return caught(step, outcome)
      }
      default:
        return this.#observed(step, env)
    }
  }

  #observed(step, env) {
    this.#write('before', step.id, env)
    const outcome = attempt(() => this.#act(step, env))
    this.#write('after', step.id, env, outcome)
    return caught(step, outcome)
  }

  /** @returns the number that the step comes to. */
  #act(step, env) {
    switch (step.do) {
      case 'scope':
        return this.#steps(step.steps, { ...env, cell: env.cell.fork() })
      case 'solo':
        return this.#steps(step.steps, { ...env, solo: env.solo ?? `solo:${step.id}` })
      case 'context':
        return this.#context(step, env)
      case 'all':
        return this.#all(step, env)
      case 'block':
        return this.#block(step, env)
      case 'misuse':
        throw new Thrown(failure('BlockedLoopError'))
      case 'hook':
        return this.#hook(step, env)
      case 'hold':
        return this.#hold(step, env)
      case 'settle':
        return this.#settleLate(step.late, step.id) ? 1 : 0
      case 'abort':
        return step.how === 'queued' ? this.#abortQueued(step, env) : this.#abortHeld(step, env)
    }
    throw new Error(`the model does not know the step ${step.do}`)
  }

  /** Sync code, called from async code. */
  #call(step, env, signals) {
    const { node } = step
    const route = routeOf(step, env)
    this.#assertFree(env)
    const blocks = env.chain.map(({ id }) => id)
    this.#write('before', step.id, env)
    this.#nodes.set(node.id, { ...route, call: step.id, blocks, context: env.context?.id })
    const cell = env.cell.fork()
    const child = { ...env, place: route.place, mode: 'sync', cell, signals }
    let outcome = attempt(() => this.#body(node, child))
    const abort = this.#aborts.get(node.holds)
    if (abort?.isHeld && signals.has(node.holds)) {
      // The caller is released at once; the code runs on, and nothing of it comes back.
      this.#nodes.get(node.id).abandoned = true
      if (env.context) env.context.isClean = false
      outcome = { ...abort.reason, same: isObject(abort.reason) }
    } else {
      env.cell.takeBack(cell)
    }
    this.#write('after', step.id, env, outcome)
    return numberOf(outcome)
  }

  /** Async code, called from sync code, which blocks. */
  #block(step, env) {
    const frame = { id: step.id, place: env.place, alive: true }
    const isFresh = step.flavour === 'fresh'
    this.#blocks.add(step.id)
    const loop = isFresh
      ? `fresh:${step.id}`
      : ((env.mode === 'sync' ? env.loop : env.solo) ?? 'loop')
    const cell = env.cell.fork()
    const child = { ...env, place: loop, loop, mode: 'async', chain: [frame, ...env.chain], cell }
    child.solo = undefined
    // The thread that made the loop.
    child.maker = isFresh ? env.place : (env.maker ?? 'main')
    this.#open.push(frame)
    const outcome = attempt(() => this.#body(step.node, child))
    this.#open.pop()
    frame.alive = false
    env.cell.takeBack(cell)
    return numberOf(outcome)
  }

  #context(step, env) {
    // Inside another one that one goes on.
    if (env.context?.alive) return this.#steps(step.steps, env)
    this.#assertFree(env)
    if (this.#open.some(({ isContext }) => isContext)) this.#assertUnsettled()
    const context = { id: step.id, alive: true, isContext: true, isClean: true }
    this.#open.push(context)
    try {
      return this.#steps(step.steps, { ...env, mode: 'context', context, cell: env.cell.fork() })
    } finally {
      this.#open.pop()
      context.alive = false
      const own = this.#hooks.filter(({ env }) => env.context === context)
      for (const { id, env } of own) this.#write('hook', id, env)
    }
  }

  /** Work that was left behind is no test where a thread waits for it which it may need, or which others may wait for. */
  #assertFree({ chain }) {
    if (this.#open.some((one) => !one.isContext && !chain.includes(one))) this.#assertUnsettled()
  }

  #assertUnsettled() {
    if (this.#settling.length > 0) throw new NoTest(this.#settling.at(-1))
  }

  #all(step, env) {
    const written = step.branches.map((branch) => writtenBy(branch, env.context?.alive === true))
    const outcomes = []
    env.cell.concurrently(written, (index) => {
      outcomes.push(attempt(() => this.#steps(step.branches[index], env)))
    })
    const failed = outcomes.find(({ kind }) => kind !== OK)
    if (failed) throw new Thrown(failed)
    return outcomes.reduce(mix, 0)
  }

  #hook(step, env) {
    if (!env.place.startsWith('context:')) throw new Thrown(failure('SyncBridgeError'))
    this.#hooks.push({ id: step.id, env })
    return 0
  }

  #hold(step, env) {
    const abort = this.#aborts.get(step.abort)
    if (!abort) throw new Error(`nobody aborts the hold ${step.id}`)
    abort.isHeld = true
    if (env.mode === 'sync' || !env.signals.has(step.abort)) return 2
    if (step.then === 'throw') throw new Thrown(abort.reason)
    return 1
  }

  #abortHeld(step, env) {
    this.#aborts.set(step.id, { reason: reasonOf(step), isHeld: false })
    return this.#call(step.call, env, new Set([step.id]))
  }

  #abortQueued(step, env) {
    // An abort that others pass on may come too late.
    const isNear = env.loop === 'main' || env.maker === routeOf(step.call, env).place
    if (!isNear) throw new NoTest(step.id)
    const reason = reasonOf(step)
    this.#aborts.set(step.id, { reason, isHeld: false })
    const outcome = { ...reason, same: isObject(reason) }
    if (env.context) env.context.isClean = false
    // Both while the first call is still running.
    this.#write('before', step.call.id, env)
    this.#write('after', step.call.id, env, outcome)
    const first = attempt(() => this.#call(step.blocker, env, new Set()))
    if (first.kind !== OK) throw new Thrown(first)
    throw new Thrown(outcome)
  }

  #settleLate(id, settle) {
    const late = this.#lates.get(id)
    if (!late || late.isReleased) return false
    late.isReleased = true
    if (settle !== undefined) this.#settling.push(settle)
    this.#write('enter', id, late.env)
    const outcome = attempt(() => this.#steps(late.step.steps, late.env))
    this.#write('exit', id, late.env, outcome)
    if (settle !== undefined) this.#settling.pop()
    return true
  }
}

function attempt(act) {
  try {
    return ok(act())
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    const { kind, number } = error.outcome
    return { kind, number }
  }
}

function numberOf(outcome) {
  if (outcome.kind !== OK) throw new Thrown(outcome)
  return outcome.number
}

function caught(step, outcome) {
  if (outcome.kind !== OK && !step.catch) throw new Thrown(outcome)
  return outcome
}

const reasonOf = ({ reason: { kind, number } }) => failure(kind, number)
const isObject = ({ kind }) => kind !== failure('text').kind
