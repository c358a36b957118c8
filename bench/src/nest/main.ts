/**
 * `npm run bench:nest`: what a blocking route does to the others of a Nest application, with and without the module, both in one
 * run. Clients ask for a route that blocks for 50 ms, one after the other on each connection; meanwhile another route is asked
 * at a steady pace, and its times are what counts.
 *
 * What would spoil the numbers: a client that slows down with the server sees the bad moments once (its pace is steady, and times
 * are corrected for what it could not send); a thread's first start is not a request's time (warmed up before); one order for ever
 * favours one side (turns, every other round backwards); one process for both would leave the one's garbage to the other.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { textTable } from '../report/text-table.ts'
import type { Kind } from './work.ts'

const CONNECTIONS = 8
const PACE = 50
const GOAL = 0.1

type Side = 'with' | 'without'
interface Found {
  p50: number
  p99: number
  blockingPerSecond: number
}

const { values } = parseArgs({
  options: {
    rounds: { default: '3', type: 'string' },
    seconds: { default: '8', type: 'string' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

async function measure(side: Side, kind: Kind): Promise<Found> {
  const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [side, kind])
  try {
    const [port] = await once(server, 'message')
    const url = `http://127.0.0.1:${port}`
    await autocannon({ connections: CONNECTIONS, duration: 2, url: `${url}/block` })
    const load = autocannon({ connections: CONNECTIONS, duration: seconds, url: `${url}/block` })
    const probe = await autocannon({
      connections: 1,
      duration: seconds,
      overallRate: PACE,
      url: `${url}/quick`,
    })
    const { requests, non2xx, errors } = await load
    if (errors + non2xx + probe.errors + probe.non2xx > 0)
      throw new Error(`${side} the module, ${kind}: not every request was answered`)
    return {
      blockingPerSecond: requests.average,
      p50: probe.latency.p50,
      p99: probe.latency.p99,
    }
  } finally {
    server.kill()
  }
}

const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function summary(all: Found[]): Found {
  return {
    blockingPerSecond: median(all.map((one) => one.blockingPerSecond)),
    p50: median(all.map((one) => one.p50)),
    p99: median(all.map((one) => one.p99)),
  }
}

const kinds: readonly Kind[] = ['waiting', 'computing']
const found = new Map<string, Found[]>()
for (let round = 0; round < rounds; round += 1) {
  const sides: Side[] = round % 2 === 0 ? ['without', 'with'] : ['with', 'without']
  for (const kind of kinds) {
    for (const side of sides) {
      const one = await measure(side, kind)
      const key = `${kind} ${side}`
      found.set(key, [...(found.get(key) ?? []), one])
      console.error(`round ${round + 1}, ${kind}, ${side} the module: p99 ${one.p99} ms`)
    }
  }
}

const rows = kinds.flatMap((kind) =>
  (['without', 'with'] as const).map((side) => {
    const { p50, p99, blockingPerSecond } = summary(found.get(`${kind} ${side}`) ?? [])
    return [kind, side, `${p50} ms`, `${p99} ms`, blockingPerSecond.toFixed(0)]
  }),
)
console.log(
  textTable(
    ['50 ms of', 'module', 'quick p50', 'quick p99', 'blocking route, per s'],
    rows,
    [2, 3, 4],
  ),
)
const p99 = (key: string) => summary(found.get(key) ?? []).p99
const ratio = p99('waiting with') / p99('waiting without')
const isMet = ratio <= GOAL
console.log(
  `\nquick p99 with the module is ${ratio.toFixed(3)} of what it is without (goal: at most ${GOAL}): ${isMet ? 'met' : 'missed'}`,
)
process.exitCode = isMet ? 0 : 1
