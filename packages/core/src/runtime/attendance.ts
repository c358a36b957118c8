/**
 * How a thread attends to its messages while it is not blocked. It reads what is there, and when nothing is left it does not go
 * back to its event loop at once, where waking it would be dear: it first parks on its bell for a moment.
 *
 * A parked thread's timers and sockets stand still. So a park is short, the event loop turns between two of them, and a thread
 * for which nothing comes returns to its event loop for good. There messages wake it through a port.
 *
 * The rule that nothing is lost by: outside `attend` the bell says either that the thread dozes, or that it is awake, and
 * then a turn is under way (`#turnSoon`).
 */

import { Backoff } from '../channel/backoff.js'
import type { Bell } from '../channel/bell.js'
import type { Spin } from '../channel/spin.js'
import { outside } from '../context/scope.js'
import { nextTick, now, setImmediate, setTimeout } from '../own-timers.js'

export interface Attended {
  readonly bell: Bell
  /** Whether this thread has a life of its own beside the calls, as the main thread has. */
  readonly isRoot: boolean
  readonly spin: Spin
  /** Reads and handles everything that has arrived. @returns whether there was anything. */
  drain(): boolean
  hasNews(): boolean
  /** Wakes those who have been left asleep because more was to come; where it still is, not those who are patient. */
  flush(isMoreToCome: boolean): void
  /** Whether calls are left to run once the event loop has turned. */
  hasQueued(): boolean
  isBlocked(): boolean
  /** Whether something that was begun here waits for this thread's event loop. */
  isRunningAsync(): boolean
  /** Calls made here that wait for an answer. */
  awaited(): number
  /** How long the functions called from here have taken lately, in ms. */
  expectedRun(): number
  /** About to return to the event loop. */
  onDoze(): void
  /** Whether answers will come in numbers, and this thread need not be woken for each. */
  isPatient(): boolean
}

/** Longest time without a turn of the event loop while calls follow each other, in ms. */
const TURN = 0.2
/** So many answers in a row at most without a look at the clock. */
const MOST_UNTIMED = 2
/**
 * How long a thread parks for the next call, in ms. Not shorter: a timer that is due before the system's next tick (4 ms on most)
 * must be set in the hardware, which costs as much as half a call; a later one is nearly free.
 */
const PARK = 8
/** How long a thread that has other things to do waits for an answer, in ms, and how long once that has gone well so often in a row. */
const BRIEF = 0.05
const CONFIDENT = 1
const STREAK = 16
/** After so long a patient thread looks by itself for answers that it was not woken for, in ms. */
const LATER = 1

/** How `attend` left off: in the event loop until it is woken; to go on when all that is queued has run; after a turn. */
type Rest = 'dozing' | 'soon' | 'turn'

export class Attendance {
  readonly #here: Attended
  readonly #spin: Spin
  readonly #look: () => boolean
  #isAttending = false
  #isTurning = false
  #isExpecting = false
  #mustYield = false
  #turnedAt = 0
  /** The event loop must turn before anything else is read. */
  #isOverdue = false
  #attended = 0
  #nextClock = 1
  /** Something was handled, and promises of the user's may be left to go on. */
  #isFresh = false
  /** Code that is blocked elsewhere has been answered, and is likely to ask again. */
  #hasAnswered = false
  #parkLess = new Backoff()
  #waitLess = new Backoff()
  #streak = 0
  #timer: NodeJS.Timeout | undefined

  constructor(here: Attended) {
    this.#here = here
    this.#spin = here.spin
    this.#look = () => here.hasNews()
  }

  /** From the event loop: a message has woken this thread, or its turn has come. */
  readonly turn = (): void => {
    this.#isTurning = false
    this.#turnedAt = now()
    this.#isOverdue = false
    this.#attended = 0
    this.#nextClock = 1
    outside(this.#attend)
  }

  /** The event loop will turn, and this thread attend again. */
  turnSoon(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    setImmediate(this.turn)
  }

  /** This thread was blocked and is no longer: its bell says that it is awake, whoever rang it meanwhile. */
  unblocked(): void {
    if (!this.#isAttending) this.turnSoon()
  }

  /** A call has been made whose answer may come soon: after all that is to run now, this thread will look for it. */
  expect(): void {
    if (this.#isAttending || this.#isExpecting) return
    this.#isExpecting = true
    nextTick(this.#tickOutside)
  }

  /** Code that was started or promises that were settled go on before this thread waits again. */
  yieldSoon(): void {
    this.#mustYield = true
  }

  /** What ran here asynchronously has been answered. Where nothing else runs, the next message may follow at once. */
  answered(): void {
    this.#hasAnswered = true
    // Outside already: it was from there that what has been answered was started.
    if (!this.#here.isRunningAsync()) this.#attend()
  }

  /**
   * Whether the event loop must turn now, for the timers and sockets of this thread. To be asked between two calls; the clock is
   * asked ever more rarely.
   */
  mustTurn(): boolean {
    if (this.#isOverdue) return true
    this.#attended += 1
    if (this.#attended < this.#nextClock) return false
    this.#nextClock += Math.min(this.#nextClock, MOST_UNTIMED)
    this.#isOverdue = now() - this.#turnedAt > TURN
    return this.#isOverdue
  }

  #attendSoon(): void {
    if (this.#isExpecting) return
    this.#isExpecting = true
    nextTick(this.#tick)
  }

  readonly #tick = (): void => {
    this.#isExpecting = false
    this.#attend()
  }

  readonly #tickOutside = (): void => {
    this.#isExpecting = false
    outside(this.#attend)
  }

  readonly #attend = (): void => {
    // A blocked thread reads by itself.
    if (this.#isAttending || this.#here.isBlocked()) return
    this.#isAttending = true
    let rest: Rest = 'turn'
    try {
      rest = this.#attendUntilIdle()
    } finally {
      this.#isAttending = false
      if (rest === 'soon') this.#attendSoon()
      // Also after an error: awake and not attending, it would never be woken.
      else if (rest === 'turn') this.turnSoon()
    }
  }

  #attendUntilIdle(): Rest {
    const here = this.#here
    here.bell.wake()
    for (;;) {
      if (this.mustTurn()) return 'turn'
      this.#mustYield = false
      if (here.drain()) this.#isFresh = true
      // A turn between two calls is no end of them: who waits for many answers would be woken for the few of a turn.
      here.flush(this.#mustYield && here.hasQueued())
      if (this.#mustYield) return 'turn'
      if (this.#mayWait()) {
        if (this.#spin.until(this.#look)) continue
        // They would stand still as long as this thread does.
        if (this.#isFresh) {
          this.#isFresh = false
          return 'soon'
        }
        if (this.#park()) continue
      }
      if (this.#isTurning) return 'turn'
      this.#hasAnswered = false
      here.onDoze()
      const isPatient = here.isPatient()
      if (isPatient) this.#lookLater()
      here.bell.doze(isPatient)
      // What came in between has found it awake.
      if (!here.hasNews()) return 'dozing'
      here.bell.wake()
    }
  }

  /** Those who leave a patient thread asleep may be held up before they wake it: it looks by itself before long. */
  #lookLater(): void {
    this.#timer ??= setTimeout(this.turn, LATER).unref()
    this.#timer.refresh()
  }

  /** Whether the next message is likely to come within a moment. */
  #mayWait(): boolean {
    const { isRoot } = this.#here
    if (!isRoot && !this.#here.isRunningAsync()) return true
    return this.#here.awaited() > 0 && (this.#hasAnswered || this.#here.expectedRun() < BRIEF)
  }

  /** @returns whether there is something to read. */
  #park(): boolean {
    const { bell, isRoot } = this.#here
    if (!isRoot && !this.#here.isRunningAsync()) {
      return this.#parkLess.attempt(this.#parkIdle, bell)
    }
    return this.#waitLess.attempt(this.#parkAwaiting, bell)
  }

  readonly #parkIdle = (bell: Bell): boolean => bell.park(this.#look, PARK)

  readonly #parkAwaiting = (bell: Bell): boolean => {
    const isThere = bell.park(this.#look, this.#streak >= STREAK ? CONFIDENT : BRIEF, true)
    this.#streak = isThere ? this.#streak + 1 : 0
    return isThere
  }
}
