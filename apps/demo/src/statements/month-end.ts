import { randomUUID } from 'node:crypto'
import { UnknownRunError } from '../desk-error.js'
import { listCustomers } from '../ledger/customers.js'
import { log } from '../logging/log.js'
import { renderStatement } from './render-statement.js'

export type Progress = {
  id: string
  month: string
  state: 'running' | 'done' | 'cancelled' | 'failed'
  done: number
  total: number
  ms: number
}

type Run = Progress & { started: number; cancel: AbortController; pages: Map<number, string> }

/** The statements of all customers for a month, rendered in parallel on the pool. Of several runs the latest is kept. */
export class MonthEnd {
  #latest: Run | undefined

  /** Begins a run, in place of an earlier one, which is cancelled. */
  async start(month: string): Promise<Progress> {
    this.#latest?.cancel.abort()
    const customers = await listCustomers()
    const run: Run = {
      id: randomUUID(),
      month,
      state: 'running',
      done: 0,
      total: customers.length,
      ms: 0,
      started: performance.now(),
      cancel: new AbortController(),
      pages: new Map(),
    }
    this.#latest = run
    void this.#render(
      run,
      customers.map(({ id }) => id),
    )
    return progressOf(run)
  }

  progress(id: string): Progress {
    return progressOf(this.#find(id))
  }

  /** What has begun finishes, what waits for a thread never begins. */
  cancel(id: string): Progress {
    const run = this.#find(id)
    run.cancel.abort()
    return progressOf(run)
  }

  /** The statement of one customer, once it is there. */
  page(id: string, customerId: number): string | undefined {
    return this.#find(id).pages.get(customerId)
  }

  async #render(run: Run, customers: readonly number[]): Promise<void> {
    // All at once: the pool takes as many as it has threads, and the rest wait in its queue.
    const render = renderStatement.with({ signal: run.cancel.signal })
    const each = async (id: number) => {
      run.pages.set(id, await render(id, run.month))
      run.done++
      run.ms = performance.now() - run.started
    }
    try {
      await Promise.all(customers.map(each))
      run.state = 'done'
    } catch (error) {
      run.state = run.cancel.signal.aborted ? 'cancelled' : 'failed'
      if (run.state === 'failed') log.error('month-end failed', { reason: `${error}` })
      run.cancel.abort()
    }
    run.ms = performance.now() - run.started
    log.info('month-end is over', { state: run.state, done: run.done, ms: Math.round(run.ms) })
  }

  #find(id: string): Run {
    if (this.#latest?.id !== id) throw new UnknownRunError(id)
    return this.#latest
  }
}

function progressOf({ id, month, state, done, total, ms }: Run): Progress {
  return { id, month, state, done, total, ms: Math.round(ms) }
}
