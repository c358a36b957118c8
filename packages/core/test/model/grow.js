/**
 * Random trees. A tree is plain data: a root node, sync or async, whose steps hold further nodes; a step in a sync node
 * blocks for an async one, a step in an async node awaits a sync one.
 */
import { growAbort } from './grow-abort.js'
import { NoTest, predict } from './predict.js'
import { Random } from './random.js'
import { belowBlock, belowCall } from './site.js'
import { KEYS } from './tree-memory.js'

/** How many calls may stand inside each other. */
const DEPTH = 12
const FAN_OUT = 4
const ALL_KEYS = Array.from({ length: KEYS }, (_, key) => key)

const SYNC_STEPS = { block: 50, set: 14, delete: 5, scope: 9, hook: 6, throw: 3 }
const ASYNC_STEPS = {
  call: 38,
  all: 14,
  context: 10,
  abort: 8,
  set: 12,
  late: 7,
  settle: 3,
  scope: 7,
  delete: 4,
  throw: 2,
  misuse: 2,
}

/** @returns {{ seed: number, root: object, lates: number[], steps: number }} `steps`: more than any step's number. */
export function growTree(seed) {
  const tree = new Gardener(new Random(seed)).grow()
  for (;;) {
    try {
      predict(tree)
      return { seed, ...tree }
    } catch (error) {
      if (!(error instanceof NoTest)) throw error
      removeStep(tree.root, error.step)
    }
  }
}

/** One tree's growing. A method named like a step makes one, or nothing where it would not fit. */
class Gardener {
  random
  #lastId = 0
  #lates = []
  #nodes
  #fresh

  constructor(random) {
    this.random = random
    const [least, most] = random.pick([
      [3, 12],
      [10, 30],
      [10, 30],
      [30, 80],
    ])
    this.#nodes = least + random.below(most - least)
    // A loop of its own costs more than the rest of a tree.
    this.#fresh = random.chance(0.2) ? 1 + random.below(2) : 0
  }

  grow() {
    const isSync = this.random.chance(0.2)
    const depth = this.random.chance(0.25) ? DEPTH : 2 + this.random.below(DEPTH - 1)
    const site = { depth, keys: ALL_KEYS, lates: [] }
    const root = isSync ? this.node({ ...site, kind: 'sync', isRoot: true }) : this.#asyncRoot(site)
    const lates = this.#lates.sort((one, other) => one - other)
    return { root, lates, steps: this.#lastId + 1 }
  }

  /** Much is special between chains that have nothing to do with each other, and in contexts: often they begin at the root. */
  #asyncRoot(around) {
    const site = { ...around, kind: 'async', isRoot: true, onMain: true }
    const inside = { ...site, inContext: true, mayMisuse: true }
    const id = this.id()
    const context = () => {
      const step = { do: 'context', id: this.id(), catch: true }
      return { ...step, steps: this.steps({ ...inside, lates: [] }) }
    }
    const shape = this.random.weighted({ plain: 30, strangers: 25, context: 20, contexts: 25 })
    if (shape === 'plain') return { id, kind: 'async', steps: this.steps(site) }
    if (shape === 'strangers') return { id, kind: 'async', steps: [this.all(site)] }
    if (shape === 'context') return { id, kind: 'async', steps: [context()] }
    const all = { do: 'all', id: this.id(), catch: true }
    const count = 1 + this.random.below(FAN_OUT - 1)
    const contexts = Array.from({ length: count }, () => [context()])
    const branches = [this.steps({ ...site, lates: [] }), ...contexts]
    return { id, kind: 'async', steps: [{ ...all, branches }] }
  }

  id() {
    this.#lastId += 1
    return this.#lastId
  }

  node({ kind, ...site }) {
    this.#nodes -= 1
    return { id: this.id(), kind, steps: this.steps({ ...site, kind }) }
  }

  steps(site) {
    const count = 1 + this.random.below(site.isRoot ? FAN_OUT : 3)
    const inner = { ...site, isRoot: false }
    // One of them goes all the way down, the others stop somewhere.
    const spine = this.random.below(count)
    const steps = Array.from({ length: count }, (_, index) =>
      this.#step({
        ...inner,
        isRoot: site.isRoot && site.kind === 'sync',
        isSpine: index === spine,
        depth: index === spine ? site.depth : this.random.below(site.depth + 1),
      }),
    )
    if (site.kind === 'async' && this.random.chance(0.4)) steps.push(this.settle(site))
    return steps.filter((step) => step !== undefined)
  }

  #step(site) {
    const kinds = site.kind === 'sync' ? SYNC_STEPS : ASYNC_STEPS
    if (site.isSpine && this.random.chance(0.85))
      return kinds === SYNC_STEPS ? this.block(site) : this.call(site)
    const kind =
      site.isRoot && site.kind === 'sync' && this.random.chance(0.08)
        ? 'solo'
        : this.random.weighted(kinds)
    return this[kind](site)
  }

  catches() {
    return this.random.chance(0.65)
  }

  #canGoDown({ depth }) {
    return depth > 0 && this.#nodes > 0
  }

  set({ keys }) {
    if (keys.length === 0) return undefined
    return { do: 'set', key: this.random.pick(keys), value: this.id() }
  }

  #leaf(site) {
    return this.random.chance(0.4) ? this.set(site) : undefined
  }

  delete({ keys }) {
    return keys.length === 0 ? undefined : { do: 'delete', key: this.random.pick(keys) }
  }

  throw() {
    return { do: 'throw', error: this.error(['TreeError', 'TreeError', 'TypeError']) }
  }

  hook() {
    return { do: 'hook', id: this.id(), catch: true }
  }

  misuse(site) {
    // The outermost code may block: it is a script.
    if (!site.mayMisuse) return undefined
    const node = { id: this.id(), kind: 'async', steps: [] }
    return { do: 'misuse', id: this.id(), catch: this.catches(), node }
  }

  scope(site) {
    if (!this.#canGoDown(site)) return this.#leaf(site)
    this.#nodes -= 1
    const [id, isCaught] = [this.id(), this.catches()]
    // What is written there stays there, so any key may be.
    const steps = this.steps({ ...site, keys: ALL_KEYS, isRoot: false })
    return { do: 'scope', id, catch: isCaught, steps }
  }

  solo(site) {
    const [id, isCaught] = [this.id(), this.catches()]
    const steps = this.steps({ ...site, isRoot: false, loopEnds: true })
    return { do: 'solo', id, catch: isCaught, steps }
  }

  context(site) {
    if (!this.#canGoDown(site)) return this.#leaf(site)
    this.#nodes -= 1
    const [id, isCaught] = [this.id(), this.catches()]
    const keys = site.inContext ? site.keys : ALL_KEYS
    const steps = this.steps({ ...site, keys, inContext: true, mayMisuse: true })
    return { do: 'context', id, catch: isCaught, steps }
  }

  block(site) {
    if (!this.#canGoDown(site)) return this.#leaf(site)
    const [id, isCaught] = [this.id(), this.catches()]
    const flavour = this.loopFlavour()
    const node = this.node(belowBlock(site, flavour))
    return { do: 'block', id, catch: isCaught, flavour, node }
  }

  call(site) {
    if (!this.#canGoDown(site)) return this.#leaf(site)
    const [id, isCaught] = [this.id(), this.catches()]
    const flavour = this.flavour(site)
    const node = this.node(belowCall(site, flavour))
    return { do: 'call', id, catch: isCaught, flavour, node }
  }

  all(site) {
    if (!this.#canGoDown(site)) return this.#leaf(site)
    const [id, isCaught] = [this.id(), this.catches()]
    this.#nodes -= 1
    const count = 2 + this.random.below(FAN_OUT - 1)
    // Each key belongs to one branch, so that what it holds can be told.
    const owners = site.keys.map(() => this.random.below(count))
    const branches = Array.from({ length: count }, (_, branch) => {
      const keys = site.keys.filter((_key, index) => owners[index] === branch)
      const lates = []
      const steps = this.steps({ ...site, keys, lates, isRoot: false })
      return { steps, lates }
    })
    site.lates.push(...branches.flatMap(({ lates }) => lates))
    return { do: 'all', id, catch: isCaught, branches: branches.map(({ steps }) => steps) }
  }

  late(site) {
    // A loop that ends takes its tasks along.
    if (site.loopEnds || site.isQuiet || !this.#canGoDown(site)) return this.set(site)
    this.#nodes -= 1
    const id = this.id()
    const steps = this.steps({ ...site, lates: [...site.lates], depth: Math.min(site.depth, 3) })
    site.lates.push(id)
    this.#lates.push(id)
    return { do: 'late', id, steps }
  }

  settle(site) {
    if (site.lates.length === 0 || site.isQuiet) return undefined
    return { do: 'settle', id: this.id(), late: this.random.pick(site.lates), catch: false }
  }

  abort(site) {
    if (site.isQuiet || !this.#canGoDown(site)) return this.call(site)
    return growAbort(this, site)
  }

  loopFlavour() {
    if (this.#fresh === 0 || this.random.chance(0.5)) return 'loop'
    this.#fresh -= 1
    return 'fresh'
  }

  flavour({ onMain, inSingle }) {
    const flavours = { sensitive: 60 }
    // Two pools that wait for each other would be the test's own fault.
    if (!inSingle) flavours.pool = 28
    if (onMain) flavours.single = 8
    return this.random.weighted(flavours)
  }

  error(kinds) {
    return { kind: this.random.pick(kinds), number: this.id() }
  }
}

function removeStep(part, id) {
  if (Array.isArray(part)) {
    const index = part.findIndex((step) => step?.do !== undefined && step.id === id)
    if (index >= 0) part.splice(index, 1)
  }
  if (typeof part === 'object' && part !== null)
    for (const value of Object.values(part)) removeStep(value, id)
}
