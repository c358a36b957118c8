/** `npm run test:contexts -w @syncbridge/core -- --count 10000 --seed 1 --seconds 900`: many random programs of contexts. */
import { parseArgs } from 'node:util'
import { superviseContexts } from './supervise.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
    count: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '1800' },
    without: { type: 'string', multiple: true, default: [] },
  },
})
const { without } = values
const [seed, count, seconds] = [values.seed, values.count, values.seconds].map(Number)
console.log(`--seed ${seed} --count ${count} --seconds ${seconds}`)
const began = performance.now()
const { tally, report } = await superviseContexts({
  seed,
  count,
  seconds,
  without,
  patience: 60_000,
})
const took = ((performance.now() - began) / 1000).toFixed(1)
if (tally) {
  const steps = Object.entries(tally.steps)
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => `${times} ${name}`)
  console.log(`steps: ${steps.join(', ')}`)
  console.log(
    `${tally.programs} programs in ${took} s: no mismatch, no hang, no leaked thread; ${tally.untimely} more were too slow for their timeouts`,
  )
} else {
  console.log(report)
  process.exitCode = 1
}
