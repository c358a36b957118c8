import { asyncToSync } from '@syncbridge/core'
import { z } from 'zod'
import { RateMissingError } from '../desk-error.js'
import { log } from '../logging/log.js'
import type { Currency } from '../money.js'

const answer = z.object({ rate: z.number().positive() })
const timeout = 2_000
const freshFor = 60_000

// Of the main thread's loop, where every fetch runs, whichever thread asked: one cache and one connection pool.
const cache = new Map<string, { rate: Promise<number>; until: number }>()

/**
 * Units of `to` for one unit of `from`, at most a minute old.
 *
 * @throws RateMissingError when the rate server is down, slow, or answers nonsense.
 */
export async function fetchRate(from: Currency, to: Currency): Promise<number> {
  const key = `${from} ${to}`
  const cached = cache.get(key)
  if (cached !== undefined && cached.until > Date.now()) return cached.rate
  const rate = askRateServer(from, to)
  cache.set(key, { rate, until: Date.now() + freshFor })
  // A failure is not kept: the next to ask tries again.
  rate.catch(() => cache.delete(key))
  return rate
}

/**
 * `fetchRate` for synchronous code on a thread, such as a template helper: the thread waits, the fetch runs on the main
 * thread's loop.
 */
export const rate = asyncToSync(fetchRate)

async function askRateServer(from: Currency, to: Currency): Promise<number> {
  const started = performance.now()
  try {
    const response = await fetch(`${process.env.RATES_URL}/rates/${from}/${to}`, {
      signal: AbortSignal.timeout(timeout),
    })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    const { rate } = answer.parse(await response.json())
    log.info('fetched rate', { from, to, rate, ms: Math.round(performance.now() - started) })
    return rate
  } catch (error) {
    throw new RateMissingError(from, to, reasonOf(error), { cause: error })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the rate server failed'
  if (error.name === 'TimeoutError') return `the rate server took more than ${timeout} ms`
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return 'the rate server answered something that is not a rate'
  }
  // What `fetch` throws says only "fetch failed"; its cause says why.
  if (error instanceof TypeError) return 'the rate server does not answer'
  return `the rate server failed: ${error.message}`
}
