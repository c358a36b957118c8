/** When a timer ticked, in shared memory: a thread notes, another one judges how steadily its loop has turned. */
import assert from 'node:assert/strict'

const MOST = 4096
const HEADER = 8

/** In ms, the same on all threads of the process, as `performance.now()` is not. */
export const clock = () => Number(process.hrtime.bigint()) / 1e6

export class TickLog {
  constructor(memory = new SharedArrayBuffer(HEADER + MOST * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.written = new Int32Array(memory, 0, 1)
    this.times = new Float64Array(memory, HEADER)
  }

  note() {
    const at = Atomics.load(this.written, 0)
    if (at === MOST) return
    this.times[at] = clock()
    // After the time, which a reader may then rely on.
    Atomics.store(this.written, 0, at + 1)
  }

  /**
   * Asserts that since then it ticked often enough, and that no pause was too long, the one until now included.
   * @param floor What a thread without a bridge ticked meanwhile, every 10 ms at best: who can't do better is no worse than the machine.
   */
  assertSteady(since, { period, longest }, floor) {
    const now = clock()
    const [own, other] = [this, floor].map((log) => log.#between(since, now))
    const allowed = longest + 2 * other.longest
    const wanted = Math.min((now - since) / period, (other.count * 10) / period) / 2
    const told = [own, other].map(
      ({ count, longest }) => `${count} ticks, the longest pause ${longest.toFixed()} ms`,
    )
    const all = `in ${(now - since).toFixed()} ms: ${told.join('; without a bridge: ')}`
    assert.ok(own.count >= Math.floor(wanted), all)
    assert.ok(own.longest <= allowed, all)
  }

  #between(since, now) {
    const ticks = [...this.times.slice(0, Atomics.load(this.written, 0))].filter(
      (time) => time > since && time <= now,
    )
    const stops = [since, ...ticks, now]
    const pauses = stops.slice(1).map((time, index) => time - stops[index])
    return { count: ticks.length, longest: Math.max(...pauses) }
  }
}
