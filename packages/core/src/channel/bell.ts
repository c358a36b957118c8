/**
 * The only place that sleeps. A thread has one bell; whoever puts a message where that thread will look rings it, and pays
 * for a wake-up only where the bell says that the thread is not awake.
 *
 * Order, on which everything rests: the ringer posts *before* it reads the bell, and the sleeper says that it sleeps *before*
 * it looks for messages once more. Then one of the two sees the other: either the ringer finds a sleeper and wakes it, or the
 * sleeper finds the message. Looked at before it was said, a message in between would be slept through.
 */
import type { Census } from './census.js'
import { BELL_SLOT } from './layout.js'

const AWAKE = 0
/** In `Atomics.wait`: woken by `Atomics.notify`. */
const PARKED = 1
/** In its event loop: woken by a message through a port. */
const DOZING = 2
/** Beside one of the two: it will look by itself soon, and is to be woken only when nothing else follows. */
const PATIENT = 4

export class Bell {
  readonly #slots: Int32Array

  /** @param census Where this is the thread's own bell: who sleeps is counted out. */
  constructor(
    readonly memory: SharedArrayBuffer,
    readonly census?: Census,
  ) {
    this.#slots = new Int32Array(memory)
  }

  /**
   * Wakes the thread, where it must be woken.
   * @param isMoreToCome The ringer will ring again soon: a patient sleeper is left alone.
   * @returns whether it sleeps in its event loop, and the ringer must wake it there. One ringer alone is told.
   */
  ring(isMoreToCome = false): boolean {
    const state = Atomics.load(this.#slots, BELL_SLOT)
    if (state === AWAKE || (isMoreToCome && (state & PATIENT) !== 0)) return false
    const before = Atomics.exchange(this.#slots, BELL_SLOT, AWAKE)
    if ((before & PARKED) !== 0) Atomics.notify(this.#slots, BELL_SLOT)
    return (before & DOZING) !== 0
  }

  /** Wakes the thread only where it is parked; in its event loop it will learn by an event. */
  ringParked(): void {
    if ((Atomics.load(this.#slots, BELL_SLOT) & PARKED) !== 0) this.ring()
  }

  /**
   * Blocks until the bell is rung, at most `timeout` ms.
   * @param look Whether there is anything to wake up for: asked once more after the bell says that the thread sleeps.
   * @returns false when the time passed.
   */
  park(look: () => boolean, timeout: number, isPatient = false): boolean {
    const state = isPatient ? PARKED | PATIENT : PARKED
    Atomics.store(this.#slots, BELL_SLOT, state)
    this.census?.leave()
    const isRung = look() || Atomics.wait(this.#slots, BELL_SLOT, state, timeout) !== 'timed-out'
    // Also after a timeout: whoever rings an awake thread pays nothing.
    Atomics.store(this.#slots, BELL_SLOT, AWAKE)
    this.census?.enter()
    return isRung
  }

  /** To be said before the last look and the return to the event loop. */
  doze(isPatient = false): void {
    this.census?.leave()
    Atomics.store(this.#slots, BELL_SLOT, isPatient ? DOZING | PATIENT : DOZING)
  }

  wake(): void {
    this.census?.enter()
    Atomics.store(this.#slots, BELL_SLOT, AWAKE)
  }
}
