/**
 * Random programs of contexts, as plain data. A step does not name the run that it is about: it says how far down the list of those
 * that are possible it stands (`at`, from 0 to 1). So each step fits, whatever is left out before it.
 */
import { Random } from '../model/random.js'

const STEPS = {
  open: 22,
  call: 18,
  hold: 12,
  release: 12,
  hook: 16,
  end: 14,
  abort: 7,
  expire: 4,
  look: 4,
  nest: 5,
  dive: 3,
  late: 4,
  outside: 3,
  pool: 2,
  leave: 2,
  configure: 2,
  die: 0.8,
  shutdown: 0.5,
  single: 0.2,
}
const HOOKS = {
  sync: 40,
  async: 20,
  blocks: 10,
  awaits: 8,
  registers: 8,
  throws: 3,
  rejects: 3,
  never: 1,
}
const OBJECTS = { plain: 30, signal: 25, factory: 15, timed: 20, patient: 10 }
const LONGEST = 36

/**
 * @param {string[]} without Steps, hooks and kinds of objects that don't occur: a fault that is known would hide all others.
 * @returns {{ seed: number, limits: { maxThreads: number, maxQueue: number }, objects: string[], root: { steps: object[] } }}
 */
export function growProgram(seed, without = []) {
  const weights = (all) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  const [kinds, steps, hooks] = [OBJECTS, STEPS, HOOKS].map(weights)
  const random = new Random(seed)
  const limits = { maxThreads: 1 + random.below(3), maxQueue: random.pick([1, 2, 1000]) }
  const objects = Array.from({ length: 1 + random.below(4) }, () => random.weighted(kinds))
  const length = 4 + random.below(LONGEST)
  const grown = Array.from({ length }, () => growStep(random, steps, hooks))
  return { seed, limits, objects, root: { steps: grown } }
}

function growStep(random, steps, hooks) {
  const step = { do: random.weighted(steps), at: random.next() }
  switch (step.do) {
    case 'open':
    case 'nest':
      return { ...step, object: random.below(4) }
    case 'hook':
      return { ...step, kind: random.weighted(hooks) }
    case 'end':
      return { ...step, throws: random.chance(0.25) }
    case 'configure':
      return { ...step, maxThreads: 1 + random.below(3) }
    default:
      return step
  }
}
