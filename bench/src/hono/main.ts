// `npm run bench:hono`: what `syncbridge()` costs a route that does no blocking work, and what it saves the routes beside one
// that does. Both over sockets of the loopback, by autocannon, against @hono/node-server in processes of their own. On a machine of two
// cores client and server share them: look at the processor time, too, which is the server's alone.
import { parseArgs } from 'node:util'
import { runNx } from '../../../tools/nx.ts'
import { describeMachine } from '../machine/machine.ts'
import { median, spread } from '../measuring/statistics.ts'
import { short, textTable } from '../report/text-table.ts'
import { measureBlockedRoute } from './blocked-route.ts'
import { lossOf, measureOverhead, type Slice } from './overhead.ts'

const MOST_LOSS = 0.05
const MOST_P99_SHARE = 0.1

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    strict: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  throw new TypeError('--rounds must be a whole number from 1 on')

const build = runNx(['run', '@syncbridge/hono:build', '--output-style=static'], { stdio: 'pipe' })
if (build.code !== 0) throw new Error(`The middleware can't be built:\n${build.output}`)

const { date, node, cores, commit, taken } = await describeMachine()
console.log(
  `${date}, Node ${node}, ${cores} cores, commit ${commit}` +
    (taken === undefined ? '' : `, others took ${Math.round(taken * 100)} % before the run`),
)

console.log('\nA route without blocking work, in alternation\n')
const slices = await measureOverhead(rounds)
const { loss, cpu } = lossOf(slices)
const column = (list: Slice[], pick: keyof Slice) => list.map((slice) => slice[pick])
console.log(
  textTable(
    ['app', 'requests a second', 'spread', 'server CPU a request'],
    Object.entries(slices).map(([name, list]) => [
      name,
      short(median(column(list, 'perSecond'))),
      `${Math.round(spread(column(list, 'perSecond')) * 100)} %`,
      `${short(median(column(list, 'cpuPerRequest')))} µs`,
    ]),
    [1, 2, 3],
  ),
)
const isCheap = loss < MOST_LOSS
console.log(
  `\nlost: ${(loss * 100).toFixed(1)} % of requests a second, ${cpu.toFixed(2)} µs of CPU a request ` +
    `(medians of ${slices.bare.length} pairs). Goal: under ${MOST_LOSS * 100} %: ${isCheap ? 'met' : 'MISSED'}`,
)

console.log('\nA quick route while another one blocks 50 ms a request\n')
const [bare, ours] = [await measureBlockedRoute('bare'), await measureBlockedRoute('syncbridge')]
console.log(
  textTable(
    ['app', 'median ms', 'p99 ms', 'answers', 'answers of the blocking one'],
    [
      ['bare', ...row(bare)],
      ['syncbridge', ...row(ours)],
    ],
    [1, 2, 3, 4],
  ),
)
const share = ours.p99 / bare.p99
const isResponsive = share <= MOST_P99_SHARE
console.log(
  `\np99: ${(share * 100).toFixed(1)} % of the bare app's. ` +
    `Goal: at most ${MOST_P99_SHARE * 100} %: ${isResponsive ? 'met' : 'MISSED'}`,
)
if (values.strict && !(isCheap && isResponsive)) process.exitCode = 1

function row({ median, p99, answers, blockingAnswers }: typeof bare): string[] {
  return [short(median), short(p99), String(answers), String(blockingAnswers)]
}
