import autocannon from 'autocannon'
import { ServerProcess, type Variant } from './server-process.ts'

export interface Latency {
  readonly median: number
  readonly p99: number
  /** Answers of the quick route, and of the blocking one beside it. */
  readonly answers: number
  readonly blockingAnswers: number
}

const SECONDS = 5
/** Connections that ask for the blocking route all the time, and for the quick one so many times a second. */
const BLOCKING = 8
const QUICK = 10
const QUICK_PER_SECOND = 200

/** How long a quick route takes, in ms, while another one blocks for 50 ms a request. */
export async function measureBlockedRoute(variant: Variant): Promise<Latency> {
  const server = await ServerProcess.start(variant)
  try {
    // Threads start once, and not in the measurement.
    await autocannon({ url: `${server.url}/block/50`, connections: BLOCKING, duration: 1 })
    const [blocking, quick] = await Promise.all([
      autocannon({ url: `${server.url}/block/50`, connections: BLOCKING, duration: SECONDS }),
      autocannon({
        url: `${server.url}/quick`,
        connections: QUICK,
        overallRate: QUICK_PER_SECOND,
        duration: SECONDS,
      }),
    ])
    return {
      median: quick.latency.p50,
      p99: quick.latency.p99,
      answers: quick['2xx'],
      blockingAnswers: blocking['2xx'],
    }
  } finally {
    await server.end()
  }
}
