import autocannon from 'autocannon'
import { median } from '../measuring/statistics.ts'
import { ServerProcess, type Variant } from './server-process.ts'

/** What one app did in one slice of time. */
export interface Slice {
  readonly perSecond: number
  /** Of the server's process, in microseconds. */
  readonly cpuPerRequest: number
}

export type Slices = Record<Variant, Slice[]>

const CONNECTIONS = 20
const WARM_UP_S = 4
/** Short slices, and many: what others do on the machine then falls on both alike, and on a few pairs only. */
const SLICE_S = 1
/** So often the two take turns in each round: one after the other, then the other way round. */
const TURNS = 12

/** Requests per second of a route that does no blocking work, with the middleware and without, in alternation. */
export async function measureOverhead(rounds: number): Promise<Slices> {
  const slices: Slices = { bare: [], syncbridge: [] }
  for (let round = 0; round < rounds; round += 1) {
    const servers = {
      bare: await ServerProcess.start('bare'),
      syncbridge: await ServerProcess.start('syncbridge'),
    }
    try {
      for (const server of Object.values(servers)) await load(server, WARM_UP_S)
      for (let turn = 0; turn < TURNS; turn += 1) {
        const order: Variant[] = ['bare', 'syncbridge']
        if ((round + turn) % 2 === 1) order.reverse()
        for (const variant of order) slices[variant].push(await load(servers[variant], SLICE_S))
      }
    } finally {
      for (const server of Object.values(servers)) await server.end()
    }
  }
  return slices
}

/** How much of the bare app's requests per second are lost, from each pair of slices that were measured next to each other. */
export function lossOf(slices: Slices): { loss: number; cpu: number } {
  const pairs = slices.bare.map((bare, index) => {
    const ours = slices.syncbridge[index]
    return {
      loss: 1 - (ours?.perSecond ?? Number.NaN) / bare.perSecond,
      cpu: (ours?.cpuPerRequest ?? Number.NaN) - bare.cpuPerRequest,
    }
  })
  return {
    loss: median(pairs.map(({ loss }) => loss)),
    cpu: median(pairs.map(({ cpu }) => cpu)),
  }
}

async function load(server: ServerProcess, seconds: number): Promise<Slice> {
  const before = await server.cpu()
  const result = await autocannon({
    url: `${server.url}/quick`,
    connections: CONNECTIONS,
    duration: seconds,
  })
  const cpu = (await server.cpu()) - before
  const answered = result['2xx']
  if (answered === 0 || answered !== result.requests.total) {
    throw new Error(`${result.requests.total} requests, ${answered} of them answered`)
  }
  return { perSecond: answered / result.duration, cpuPerRequest: cpu / answered }
}
