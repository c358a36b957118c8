// `npm run test:values -w @syncbridge/core`: the tests of values that take minutes at full length. Ten thousand random values, and
// a million calls that pass a closure.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const runs = [
  { file: 'any-values.test.js', pattern: 'random values', env: { RUNS: '10000' } },
  { file: 'functions.test.js', pattern: 'stays flat', env: { CALLS: '1000000' } },
]
const DEADLINE_MS = 1_800_000

let failed = 0
for (const { file, pattern, env } of runs) {
  const { status } = spawnSync(
    process.execPath,
    [
      ...['--test', `--test-name-pattern=${pattern}`, '--test-reporter=spec'],
      fileURLToPath(new URL(`../${file}`, import.meta.url)),
    ],
    { env: { ...process.env, ...env }, stdio: 'inherit', timeout: DEADLINE_MS },
  )
  if (status !== 0) failed += 1
}
console.log(`\n${runs.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
