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

  /** Asserts that since then it ticked often enough, and that no pause was too long, the one until now included. */
  assertSteady(since, { period, longest }) {
    const now = clock()
    const ticks = [...this.times.slice(0, Atomics.load(this.written, 0))].filter(
      (time) => time > since && time <= now,
    )
    const stops = [since, ...ticks, now]
    const pauses = ticks.map((time, index) => time - stops[index]).concat(now - stops.at(-2))
    const told = `${ticks.length} ticks in ${(now - since).toFixed()} ms, the longest pause ${Math.max(...pauses).toFixed()} ms`
    assert.ok(ticks.length >= (now - since) / period / 2, told)
    assert.ok(Math.max(...pauses) <= longest, told)
  }
}
