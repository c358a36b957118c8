/**
 * `npm run hostile`: whatever a stranger may hand over, in every role, on every way and in every place. `-- --seconds 120 --seed 1`,
 * `--only WORD` (again for more: cases of which each word names a part), `--case JSON` for a single one. `SLACK` says how many times
 * as long as meant everything may take.
 */
import { parseArgs } from 'node:util'
import { roles } from './cases.js'
import { superviseHostile } from './supervise.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '120' },
    cases: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    case: { type: 'string' },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('hostile: --seconds is a positive number, --seed a whole one')
  process.exit(2)
}
const words = [...values.only, ...positionals]
const task = values.case
  ? { spec: JSON.parse(values.case) }
  : { seed, words, ...(values.cases && { cases: Number(values.cases) }) }
console.log(values.case ? 'one case' : `hostile crossings for ${seconds} s, --seed ${seed}`)
const began = performance.now()
const { ran, faults } = await superviseHostile(
  { ...task, seconds, again: true, slack: Number(process.env.SLACK ?? 1) },
  ({ kind, what, spec, isAlone }) => {
    console.log(`FAILED ${kind}: ${what}`)
    const once = isAlone ? '' : '  (not by itself: only after those before it)'
    console.log(
      `  npm run hostile -- --case '${JSON.stringify(spec).replaceAll("'", '\\u0027')}'${once}`,
    )
  },
)

const ways = ['ring', 'port', 'moved']
const count = (isOne) => ran.filter(isOne).length
console.log(
  `\n${'role'.padEnd(18)}${[...ways, 'awaited', 'blocking'].map((name) => name.padStart(9)).join('')}`,
)
for (const role of roles) {
  const counts = [
    ...ways.map((way) => count((spec) => spec.role === role && spec.way === way)),
    ...['awaited', 'blocking'].map((mode) =>
      count((spec) => spec.role === role && spec.mode === mode),
    ),
  ]
  console.log(`${role.padEnd(18)}${counts.map((one) => String(one).padStart(9)).join('')}`)
}
const places = ['pool', 'shared', 'lease', 'reused', 'loop']
console.log(places.map((place) => `${place} ${count((spec) => spec.place === place)}`).join(', '))
const of = (kind) => faults.filter((fault) => fault.kind === kind).length
console.log(
  `\n${ran.length} crossings of ${new Set(ran.map(({ member }) => member)).size} hostile values in ${((performance.now() - began) / 1000).toFixed(1)} s`,
)
console.log(
  `${of('hung')} hung, ${of('dead')} threads dead, ${of('lane')} lanes lost, ${of('neighbour')} neighbours harmed, ${of('inner')} calls of their own lost, ${of('busy')} left busy, ${of('error')} with a wrong end`,
)
const failed = faults.length
console.log(`${Math.max(0, ran.length - failed)} passed, ${failed} failed`)
process.exitCode = failed === 0 && ran.length > 0 ? 0 : 1
