/**
 * Timers of the library's own, which ring also while their thread is blocked and its event loop stands still: whoever blocks it
 * calls `ringDue` now and then.
 */
import { after } from './timer.js'

interface Alarm {
  readonly at: number
  readonly fn: () => void
  stopTimer: () => void
}

export class Alarms {
  readonly #alarms = new Set<Alarm>()
  /** None of them is due before this. */
  #earliest = Number.POSITIVE_INFINITY

  /**
   * Calls `fn` once after so many ms; Infinity is never.
   * @param keepsAlive Whether waiting keeps the process alive. Default true.
   * @returns a function that calls it off.
   */
  after(ms: number, fn: () => void, keepsAlive = true): () => void {
    if (ms === Number.POSITIVE_INFINITY) return () => undefined
    const alarm: Alarm = { at: performance.now() + ms, fn, stopTimer: () => undefined }
    alarm.stopTimer = after(ms, () => this.#ring(alarm), keepsAlive)
    this.#alarms.add(alarm)
    this.#earliest = Math.min(this.#earliest, alarm.at)
    return () => {
      alarm.stopTimer()
      this.#alarms.delete(alarm)
    }
  }

  /** Rings what is due, on a thread whose event loop does not turn. */
  ringDue(): void {
    if (this.#alarms.size === 0 || performance.now() < this.#earliest) return
    const now = performance.now()
    const due = [...this.#alarms].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
    for (const alarm of due) this.#ring(alarm)
    this.#earliest = Number.POSITIVE_INFINITY
    for (const { at } of this.#alarms) this.#earliest = Math.min(this.#earliest, at)
  }

  #ring(alarm: Alarm): void {
    alarm.stopTimer()
    // Once: by its timer or here, whichever comes first.
    if (this.#alarms.delete(alarm)) alarm.fn()
  }
}
