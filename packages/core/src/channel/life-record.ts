/**
 * What a thread leaves in shared memory about itself, for a maker that is blocked and gets no event: that it ended and
 * with which code, how many calls it had taken from its queue, in which frame it is blocked, and what runs on its frames.
 */
import type { CallName } from '../protocol.js'
import {
  ASYNC_LOADS_SLOT,
  BUSY_FRAME_SLOT,
  DEPTH_SLOT,
  EXIT_CODE_SLOT,
  EXITED_SLOT,
  FRAME_SLOT,
  HELD_SLOT,
  ITERATORS_SLOT,
  LOADING_SLOT,
  MOST_ON_FRAMES,
  ON_FRAMES_SLOT,
  TAKEN_SLOT,
} from './layout.js'

const EXITED = 1
const GIVEN_UP = 2

/** On Deno a thread is told to be gone at once when it is terminated, and its code runs on for some tenths of a second. */
const outlivesItsEnd = process.versions.deno !== undefined

export class LifeRecord {
  readonly #slots: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#slots = new Int32Array(memory)
  }

  markExited(code: number): void {
    // The code first: whoever sees the flag reads the code.
    Atomics.store(this.#slots, EXIT_CODE_SLOT, code)
    Atomics.store(this.#slots, EXITED_SLOT, EXITED)
  }

  /** The exit code, or undefined while the thread lives (or died without a word). */
  exitCode(): number | undefined {
    return Atomics.load(this.#slots, EXITED_SLOT) === EXITED
      ? Atomics.load(this.#slots, EXIT_CODE_SLOT)
      : undefined
  }

  /** By the maker, before it asks which calls were taken: what is taken after this does not run. */
  giveUp(): void {
    Atomics.compareExchange(this.#slots, EXITED_SLOT, 0, GIVEN_UP)
  }

  /** Counted before the call runs: a call that is not counted never started, and may run elsewhere. */
  countTaken(): void {
    Atomics.add(this.#slots, TAKEN_SLOT, 1)
    // After the count, as the maker does it the other way round: one of the two sees the other, and the call runs once at most.
    if (outlivesItsEnd && Atomics.load(this.#slots, EXITED_SLOT) === GIVEN_UP) process.exit(1)
  }

  /** Noted by the thread whenever it blocks and unblocks. */
  noteInnermostFrame(id: number): void {
    Atomics.store(this.#slots, FRAME_SLOT, id)
  }

  innermostFrame(): number {
    return Atomics.load(this.#slots, FRAME_SLOT)
  }

  /**
   * Noted before a call runs on a blocked frame: those of them that are deeper than the record are not found again.
   * @returns what `leaveOnFrame` is to be given.
   */
  enterOnFrame(call: CallName, frame: number): number {
    const depth = Atomics.add(this.#slots, DEPTH_SLOT, 1)
    if (depth < MOST_ON_FRAMES) Atomics.store(this.#slots, ON_FRAMES_SLOT + depth, digest(call))
    return Atomics.exchange(this.#slots, BUSY_FRAME_SLOT, frame)
  }

  leaveOnFrame(before: number): void {
    Atomics.store(this.#slots, BUSY_FRAME_SLOT, before)
    Atomics.sub(this.#slots, DEPTH_SLOT, 1)
  }

  /** Whether the thread, blocked as it is, runs a call on its innermost frame, and so reads nothing. */
  isBusyOnFrame(): boolean {
    const innermost = this.innermostFrame()
    return innermost !== 0 && Atomics.load(this.#slots, BUSY_FRAME_SLOT) === innermost
  }

  isOnFrame(call: CallName): boolean {
    const wanted = digest(call)
    const depth = Math.min(Atomics.load(this.#slots, DEPTH_SLOT), MOST_ON_FRAMES)
    for (let at = 0; at < depth; at += 1)
      if (Atomics.load(this.#slots, ON_FRAMES_SLOT + at) === wanted) return true
    return false
  }

  /**
   * Noted whenever it changes. What a call gives away is counted before its outcome is posted: a maker that has read the outcome
   * and finds the thread without a call finds it held, too.
   */
  noteHeld(count: number, iterators: number): void {
    Atomics.store(this.#slots, HELD_SLOT, count)
    Atomics.store(this.#slots, ITERATORS_SLOT, iterators)
  }

  hasIterators(): boolean {
    return Atomics.load(this.#slots, ITERATORS_SLOT) > 0
  }

  isHeld(): boolean {
    return Atomics.load(this.#slots, HELD_SLOT) > 0
  }

  /** Noted before the call that waits for the load is counted as taken: a call that is counted, and does not load, is on the stack. */
  noteLoading(number: number): void {
    Atomics.store(this.#slots, LOADING_SLOT, number)
  }

  /** The load that the queue or a frame waits for; 0 for none. */
  loading(): number {
    return Atomics.load(this.#slots, LOADING_SLOT)
  }

  /** Loads that asynchronous calls wait for begin and end. */
  countAsyncLoads(change: 1 | -1): void {
    Atomics.add(this.#slots, ASYNC_LOADS_SLOT, change)
  }

  hasAsyncLoads(): boolean {
    return Atomics.load(this.#slots, ASYNC_LOADS_SLOT) > 0
  }

  /** Wraps after 2³² calls, as do the sequence numbers it is compared with: only the difference says which is ahead. */
  taken(): number {
    return Atomics.load(this.#slots, TAKEN_SLOT)
  }
}

/** A call's name in one number: two of the few that stand on one thread have the same by a chance of one in billions. */
function digest({ from, id }: CallName): number {
  let mixed = id
  for (let at = 0; at < from.length; at += 1)
    mixed = Math.imul(mixed ^ from.charCodeAt(at), 0x01000193)
  return mixed
}
