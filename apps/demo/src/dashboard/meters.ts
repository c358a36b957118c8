import { monitorEventLoopDelay } from 'node:perf_hooks'
import { stats } from '@syncbridge/core'

const every = 250
const resolution = 10

/** How the process is doing, four times a second. */
export type Sample = {
  /** The longest time that the event loop kept everybody waiting, in ms. */
  loopDelay: number
  requestsPerSecond: number
  /** Of the requests since the last sample, in ms: half of them took at most this. */
  latency: number
  /** How many threads there are, by role and state, such as `pool busy`. */
  threads: Record<string, number>
  /** Calls that wait for a thread. */
  queued: number
  /** Requests that hold a thread of their own, or wait for one. */
  contexts: number
}

/** Requests that were answered since somebody last looked. */
class ServedRequests {
  #latencies: number[] = []

  add(ms: number): void {
    // Nobody may be looking: then the latest are enough.
    if (this.#latencies.length > 10_000) this.#latencies = []
    this.#latencies.push(ms)
  }

  take(): number[] {
    const taken = this.#latencies.sort((a, b) => a - b)
    this.#latencies = []
    return taken
  }
}

/** Both front doors count here. */
export const served = new ServedRequests()

/** Measures the process while somebody looks. */
export class Meters {
  readonly #tell: (sample: Sample) => void
  readonly #delay = monitorEventLoopDelay({ resolution })
  #timer: NodeJS.Timeout | undefined
  #lastAt = 0

  constructor(tell: (sample: Sample) => void) {
    this.#tell = tell
  }

  start(): void {
    if (this.#timer !== undefined) return
    served.take()
    this.#delay.enable()
    this.#lastAt = performance.now()
    this.#timer = setInterval(() => this.#sample(), every).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#delay.disable()
  }

  #sample(): void {
    const now = performance.now()
    const latencies = served.take()
    // The histogram measures a timer: what is beyond the timer's own time is delay.
    const longest = this.#delay.max / 1e6 - resolution
    this.#delay.reset()
    const { threads, queued, contexts } = stats()
    const counts: Record<string, number> = {}
    for (const { role, state } of threads) {
      const group = `${role} ${state}`
      counts[group] = (counts[group] ?? 0) + 1
    }
    this.#tell({
      loopDelay: Math.max(0, round(longest)),
      requestsPerSecond: Math.round((latencies.length * 1000) / (now - this.#lastAt)),
      latency: round(latencies[Math.floor(latencies.length / 2)] ?? 0),
      threads: counts,
      queued: queued + threads.reduce((sum, thread) => sum + thread.queued, 0),
      contexts,
    })
    this.#lastAt = now
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
