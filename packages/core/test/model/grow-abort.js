/** Grows the steps in which a call is given up. */
import { belowBlock, belowCall } from './site.js'

/** @param {object} gardener Who grows the tree. @param {object} around Where the step will stand. */
export function growAbort(gardener, around) {
  const { random } = gardener
  const step = { do: 'abort', id: gardener.id(), catch: random.chance(0.8) }
  step.reason = gardener.error(['TreeError', 'TreeError', 'AbortError', 'text', 'object'])
  if (step.reason.kind === 'AbortError') step.reason.number = 0
  const site = { ...around, isQuiet: true }
  return random.chance(0.3) ? queued(gardener, step, site) : new Path(gardener, step, site).step
}

/** A call behind another one, in the same queue. */
function queued(gardener, step, site) {
  const flavour = site.onMain && gardener.random.chance(0.2) ? 'single' : 'sensitive'
  const below = belowCall(site, flavour)
  const steps = [gardener.set(below), hold(gardener, step.id), gardener.set(below)].filter(Boolean)
  const blocker = { id: gardener.id(), kind: 'sync', steps }
  return {
    ...step,
    how: 'queued',
    blocker: { do: 'call', id: gardener.id(), catch: false, flavour, node: blocker },
    call: { do: 'call', id: gardener.id(), catch: false, flavour, node: gardener.node(below) },
  }
}

function hold(gardener, abort) {
  const then = gardener.random.chance(0.7) ? 'throw' : 'swallow'
  return { do: 'hold', id: gardener.id(), abort, then, catch: false }
}

/** A path of nodes down to the one that holds still until the abort; the signal goes down with it, or is kept back. */
class Path {
  #gardener
  #abort
  #levels
  #hasFresh = false
  #reaches = true
  #hold

  constructor(gardener, step, site) {
    this.#gardener = gardener
    this.#abort = step.id
    this.#levels = gardener.random.below(Math.min(3, site.depth))
    const call = this.#call(site, {})
    this.step = { ...step, how: 'held', reaches: this.#reaches, hold: this.#hold, call }
  }

  #call(site, passing) {
    const gardener = this.#gardener
    const flavour = gardener.flavour(site)
    const id = gardener.id()
    const below = belowCall(site, flavour)
    const node = { id: gardener.id(), kind: 'sync', steps: this.#before(below) }
    // While a thread is held, nothing gets through it to a loop that it made, and nothing from there to the pool.
    const isFar = this.#hasFresh || (site.loopEnds && flavour === 'pool')
    const holds = this.#levels === 0 && !isFar && gardener.random.chance(0.5)
    if (holds) {
      this.#hold = 'sync'
      node.holds = this.#abort
      node.steps.push(hold(gardener, this.#abort))
    } else {
      node.steps.push(this.#block(below))
    }
    // Whether code that runs on, given up, may call async code once more, is left open.
    node.steps.push(...this.#after(holds ? { ...below, depth: 0 } : below))
    const notices = holds && passing.pass ? { notices: this.#abort } : {}
    return { do: 'call', id, catch: false, ...passing, ...notices, flavour, node }
  }

  #block(site) {
    const gardener = this.#gardener
    const id = gardener.id()
    const flavour = gardener.loopFlavour()
    if (flavour === 'fresh') this.#hasFresh = true
    const below = belowBlock(site, flavour)
    const node = { id: gardener.id(), kind: 'async', steps: this.#before(below) }
    if (this.#levels === 0) {
      this.#hold = 'async'
      node.steps.push(hold(gardener, this.#abort))
    } else {
      this.#levels -= 1
      const pass = gardener.random.chance(0.8)
      this.#reaches &&= pass
      const passing = { ...(pass && { pass }), catch: gardener.catches() }
      node.steps.push(this.#call(below, passing))
    }
    node.steps.push(...this.#after(below))
    return { do: 'block', id, catch: gardener.catches(), flavour, node }
  }

  #before(site) {
    const step = this.#gardener.random.chance(0.5) ? this.#gardener.set(site) : undefined
    return step ? [step] : []
  }

  #after(site) {
    if (this.#gardener.random.chance(0.5)) return []
    return this.#gardener.steps({ ...site, depth: Math.min(site.depth, 3) })
  }
}
