/**
 * Watches over `perform.js` from outside: a program that says nothing for too long is ended and counts as hanging. A tree
 * that fails is made smaller and printed, with what was expected and what happened.
 */
import { fileURLToPath } from 'node:url'
import { supervise } from '../support/supervise.js'
import { growTree } from './grow.js'
import { printOutcome } from './outcome.js'
import { predict } from './predict.js'
import { shrink } from './shrink.js'

const program = fileURLToPath(new URL('./perform.js', import.meta.url))
/** So long may it take from one tree to the next; a tree's own waits are shorter. */
const SILENCE_MS = 20_000
/** A race shows only now and then. */
const REPEAT = 15

/**
 * @param {number} seed That of the first tree; the others follow it.
 * @param {number} trees How many.
 * @param {number} patience For making a failing tree smaller, in ms.
 * @returns {Promise<{ count?: { trees: number, calls: number, deepest: number, steps: object, queues: object }, report?: string }>} `report` where
 * something is wrong.
 */
export async function superviseTrees(seed, trees, patience) {
  const run = await perform({ seed, trees })
  if (run.count) return { count: run.count }
  const failed = run.fault?.seed ?? run.last
  if (failed === undefined) return { report: `no tree was begun: ${run.ending}` }
  const head = `SEED=${failed} TREES=1 replays it.`
  // Not a tree's own fault, but what all of them left.
  if (run.fault && run.fault.seed === undefined)
    return { report: `After the tree of seed ${failed}: ${run.fault.faults.join('\n')}` }
  return { report: `${head}\n${await describe(growTree(failed), run, patience)}` }
}

async function describe(tree, first, patience) {
  const deadline = performance.now() + patience
  let smallest = first
  const fails = async (candidate) => {
    if (!isPossible(candidate)) return false
    const run = await perform({ tree: candidate, repeat: REPEAT }, 12_000)
    if (run.count) return false
    smallest = run
    return true
  }
  const isSteady = await fails(tree)
  const shrunk = isSteady ? await shrink(tree, fails, () => performance.now() < deadline) : tree
  const { fault, ending } = smallest
  const lines = [
    isSteady
      ? 'The smallest tree that fails:'
      : 'It failed once and not again, as a race does; the whole tree:',
    JSON.stringify(shrunk),
    ...printTree(shrunk.root),
    `What is wrong: ${fault ? '' : ending}`,
    ...(fault?.faults.slice(0, 20) ?? []),
  ]
  if (!fault) return lines.join('\n')
  return [
    ...lines,
    'Expected:',
    ...fault.expected.map(printEvent),
    'Happened:',
    ...fault.actual.map(printEvent),
  ].join('\n')
}

/** Without some of its steps a tree may wait for itself. */
function isPossible(tree) {
  try {
    predict(tree)
    return true
  } catch {
    return false
  }
}

/** @returns {Promise<{ count?: object, fault?: object, last?: number, ending: string }>} */
async function perform(input, silence = SILENCE_MS) {
  const said = {}
  const { code, signal, late, errors } = await supervise([program], {
    silence,
    input,
    onLine(line) {
      const [, kind, value] = /^(tree|fault|done) (.*)$/.exec(line) ?? []
      if (kind) said[kind] = JSON.parse(value)
      return kind !== undefined
    },
  })
  const how = late
    ? `it hung, and was ended after ${silence} ms`
    : `it ended with ${code ?? signal}`
  const isWell = code === 0 && !late
  return {
    ...(isWell && { count: said.done }),
    fault: said.fault,
    last: said.tree,
    ending: `${how}. ${errors}`,
  }
}

function printEvent({ event, id, place, thread, outcome, locals }) {
  const end = outcome ? ` ${printOutcome(outcome)}` : ''
  return `  ${event} ${id} on ${place ?? thread}${end} [${locals.map((value) => value ?? '*')}]`
}

function printTree(part, indent = 1) {
  const {
    do: kind = part.kind,
    id = '',
    steps = [],
    branches = [],
    node,
    call,
    blocker,
    ...rest
  } = part
  const options = Object.entries(rest)
    .filter(([key, value]) => key !== 'kind' && value !== false)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'object' ? Object.values(value).join(' ') : value}`,
    )
  const below = [blocker, call, node, ...steps].filter((one) => one !== undefined)
  const lines = below.flatMap((one) => printTree(one, indent + 1))
  const sides = branches.flatMap((branch, index) => [
    `${'  '.repeat(indent + 1)}branch ${index}`,
    ...branch.flatMap((one) => printTree(one, indent + 2)),
  ])
  return [`${'  '.repeat(indent)}${kind} ${id} ${options.join(', ')}`.trimEnd(), ...sides, ...lines]
}
