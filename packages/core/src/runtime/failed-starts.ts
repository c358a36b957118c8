/**
 * Threads that can't start. Whoever waits for one is told at once why it could not, every time; but not every call may cost the start
 * of a thread, which takes tens of milliseconds of a core: after the second failure in a row no thread of that kind is started for a
 * while, and those who ask for one meanwhile are told the last reason. Then one is tried, and all are well again when it is ready.
 */
import type { Call } from '../call/call.js'
import type { Alarms } from '../cancellation/alarms.js'
import type { StartPause } from '../executor/executor.js'
import type { Thread } from '../thread/thread.js'
import { type Death, exited } from './death.js'

/** So many may fail in a row before the first pause: what was only bad luck is made good at once. */
const AT_ONCE = 2
/** The first pause, in ms. Each is twice as long as the one before, up to the longest. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5000

interface Row {
  failures: number
  /** When the next may start, in ms of `performance.now()`. */
  nextAt: number
  stopAlarm: () => void
  readonly thread: Thread
  readonly death: Death
  /** The one that was started since. */
  attempt: Thread | undefined
}

export class FailedStarts {
  readonly #alarms: Alarms
  readonly #onOver: () => void
  /** By kind, while it lasts. */
  readonly #rows = new Map<string, Row>()
  /** Of each thread its kind, and how many of this had failed in a row before it. */
  readonly #starts = new WeakMap<Thread, { readonly kind: string; readonly before: number }>()

  /** @param onOver Called when threads may start again that could not. */
  constructor(alarms: Alarms, onOver: () => void) {
    this.#alarms = alarms
    this.#onOver = onOver
  }

  /** @param kind Threads of one kind are started in the same way: where one can't start, the next can't, either. */
  pause(kind: string): StartPause | undefined {
    const row = this.#rows.get(kind)
    if (!row || row.failures < AT_ONCE) return undefined
    const isTrying = row.attempt?.state === 'starting'
    if (!isTrying && performance.now() >= row.nextAt) return undefined
    return { state: 'paused', run: (call) => tell(call, row) }
  }

  started(kind: string, thread: Thread): void {
    const row = this.#rows.get(kind)
    this.#starts.set(thread, { kind, before: row?.failures ?? 0 })
    if (row) row.attempt = thread
  }

  ready(thread: Thread): void {
    const kind = this.#starts.get(thread)?.kind
    if (kind !== undefined && this.#rows.get(kind)?.attempt === thread) this.#forget(kind)
  }

  ended(thread: Thread, death: Death): void {
    const start = this.#starts.get(thread)
    if (!start) return
    const { kind, before } = start
    if (thread.hasWorked) return this.#forget(kind)
    if (!thread.hasFailedToStart) return
    const row = this.#rows.get(kind)
    // Those that were started side by side count as one.
    const failures = before + 1
    if (row && row.failures >= failures) return
    row?.stopAlarm()
    const pause =
      failures < AT_ONCE ? 0 : Math.min(FIRST_PAUSE * 2 ** (failures - AT_ONCE), LONGEST_PAUSE)
    const next: Row = {
      failures,
      nextAt: performance.now() + pause,
      stopAlarm: () => undefined,
      thread,
      death,
      attempt: undefined,
    }
    this.#rows.set(kind, next)
    // Calls may be waiting for the threads that there are.
    const over = () => {
      // A timer may be a moment early: they would be found too early, and nothing else would look for them again.
      next.nextAt = performance.now()
      this.#onOver()
    }
    next.stopAlarm = this.#alarms.after(pause, over, false)
  }

  /** Threads are started in another way from now on. */
  clear(): void {
    for (const kind of [...this.#rows.keys()]) this.#forget(kind)
  }

  #forget(kind: string): void {
    const row = this.#rows.get(kind)
    if (!row) return
    row.stopAlarm()
    this.#rows.delete(kind)
    this.#onOver()
  }
}

function tell(call: Call, { failures, nextAt, thread, death, attempt }: Row): void {
  const left = Math.max(1, Math.ceil(nextAt - performance.now()))
  const next = attempt?.state === 'starting' ? 'is being tried now' : `is tried in ${left} ms`
  // A maker that was blocked has learned the cause only afterwards.
  const cause = death.cause ?? thread.cause
  const more = `${failures} starts in a row have failed; the next ${next}`
  call.settle({ failure: exited(call.label, { ...death, cause }, more) })
  call.finish()
}
