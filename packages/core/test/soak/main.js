/** `npm run soak -- --seconds 600 --seed 1`: mixed load with random faults, and whether anything was lost, doubled or left. */
import { parseArgs } from 'node:util'
import { superviseSoak } from './supervise.js'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('soak: --seconds is a positive number, --seed a whole one')
  process.exit(2)
}
console.log(`soak of ${seconds} s, --seed ${seed}`)
const { report, faults } = await superviseSoak(seconds, seed, (beat) => console.log(beat))
if (report) {
  const { made, tokens, took, settled, stats, steps, before, after } = report
  console.log(
    `\n${made} calls in ${took.toFixed(1)} s, ${Math.round(made / took)} a second; ${tokens} tokens, each of which came back to whoever had sent it, or not at all`,
  )
  console.log('\nanswered (with the warm-up)')
  for (const [end, count] of Object.entries(settled).sort(([, a], [, b]) => b - a))
    console.log(`  ${String(count).padStart(10)}  ${end}`)
  console.log(
    `stats(): ${stats.made} made, ${stats.succeeded} succeeded, ${stats.failed} failed, ${stats.pending} pending`,
  )
  console.log('\nsteps')
  for (const [step, count] of Object.entries(steps).sort(([, a], [, b]) => b - a))
    console.log(`  ${String(count).padStart(10)}  ${step}`)
  console.log('\nheld at rest, all threads gone: before, after')
  for (const name of Object.keys(before))
    console.log(
      `  ${name.padEnd(12)} ${String(before[name]).padStart(8)} ${String(after[name]).padStart(8)}`,
    )
}
for (const fault of faults) console.log(`FAULT ${fault}`)
console.log(
  `\n${faults.length === 0 ? 'nothing lost, nothing doubled, nothing left' : `--seed ${seed} replays the load`}`,
)
console.log(`${faults.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed'}`)
process.exitCode = faults.length === 0 ? 0 : 1
