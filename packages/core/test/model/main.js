/** `npm run test:model`: many random trees. `SEED` and `TREES` say which: a failure names those that replay it. */
import { superviseTrees } from './supervise.js'

const { SEED = `${Date.now() % 2 ** 31}`, TREES = '5000' } = process.env
console.log(`SEED=${SEED} TREES=${TREES}`)
const began = performance.now()
const { count, report } = await superviseTrees(Number(SEED), Number(TREES), 120_000)
const took = ((performance.now() - began) / 1000).toFixed(1)
if (count) {
  const list = (counts) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, times]) => `${times} ${name}`)
      .join(', ')
  console.log(`steps: ${list(count.steps)}`)
  console.log(`sync calls by the queue that they waited in: ${list(count.queues)}`)
  console.log(
    `${count.trees} trees of ${count.calls} calls, up to ${count.deepest} deep, in ${took} s: no mismatch, no hang, no leaked thread`,
  )
} else {
  console.log(report)
  process.exitCode = 1
}
