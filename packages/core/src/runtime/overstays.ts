/**
 * Code that runs on after its caller has given it up. It has some time to end; then the thread that it keeps from all others is
 * ended, and its maker replaces it. Only what is proved to be on the thread's stack counts; a loop, which can run other
 * code meanwhile, is asked for a sign of life instead. A call whose module is still loading has not begun: loading has a limit of
 * its own (see Loads), which is longer than the grace, or a module that takes longer would never be there.
 */
import type { Call } from '../call/call.js'
import type { Alarms } from '../cancellation/alarms.js'
import { SyncBridgeError } from '../errors.js'
import type { CallRequest, Urgency } from '../protocol.js'
import { printRef } from '../registry/function-ref.js'
import type { Thread } from '../thread/thread.js'
import type { ConfigureOptions } from './config.js'
import type { PassedOn, PostOffice } from './post-office.js'

export interface OverstaysEnvironment {
  readonly post: PostOffice
  readonly alarms: Alarms
  readonly config: ConfigureOptions
  /** Whether the thread has begun a call that was sent from here, and has not ended it. */
  runsCallOn(thread: Thread): boolean
}

/** Between two looks, in ms: time enough to read an answer that has come meanwhile. */
const SECOND_LOOK = 50

interface Overstay extends Pick<CallRequest, 'mode'> {
  readonly label: string
  readonly thread: Thread
  readonly urgency: Urgency
  /** How long it may run on, in ms. */
  readonly grace: number
  /** Whether it is on the stack of its thread. */
  isRunning(): boolean
  /** Calls off the next look at it. */
  stop: () => void
  /** Whether its thread has read nothing since it was given up. */
  isDeaf?: () => boolean
}

export class Overstays {
  readonly #here: OverstaysEnvironment

  constructor(here: OverstaysEnvironment) {
    this.#here = here
  }

  /** A call that was sent from here, and given up. */
  watch(call: Call, urgency: Urgency): void {
    const thread = call.sentTo === undefined ? undefined : this.#here.post.thread(call.sentTo)
    if (!thread || call.isFinished) return
    const { label } = call
    const { mode } = call.request
    const isRunning = () => thread.isRunning(call)
    call.onFinished = this.#begin({ label, mode, thread, urgency, isRunning })
  }

  /** One that was passed on to a thread made here. */
  watchPassedOn(passed: PassedOn, urgency: Urgency): void {
    const { to, from, id, mode, ref } = passed
    const thread = this.#here.post.thread(to)
    if (!thread) return
    const isRunning = () => thread.isOnFrame({ from, id })
    passed.onOver = this.#begin({ label: printRef(ref), mode, thread, urgency, isRunning })
  }

  /** @returns a function to be called when it is over. */
  #begin(watched: Omit<Overstay, 'grace' | 'stop'>): () => void {
    const { urgency, mode, thread } = watched
    const { timeout = 1000, abort = 5000 } = this.#here.config.grace ?? {}
    const grace = urgency === 'terminate' ? 0 : urgency === 'timeout' ? timeout : abort
    const overstay: Overstay = { ...watched, grace, stop: () => undefined }
    if (urgency === 'terminate') this.#look(overstay, true)
    else if (mode === 'sync') {
      const question = thread.ask()
      overstay.isDeaf = () => !thread.hasAnswered(question)
      this.#after(overstay, grace, () => this.#look(overstay, false))
    } else this.#expectAnswer(overstay, thread.ask())
    return () => overstay.stop()
  }

  /** A loop that is alive can have others run there, whatever became of this one. */
  #expectAnswer(overstay: Overstay, question: number): void {
    const { thread, grace } = overstay
    const look = () => {
      if (thread.state === 'gone' || thread.hasAnswered(question)) return
      // One that starts, or loads, has a time of its own; what it runs when it is up is looked at again.
      if (!thread.cameUp || thread.isLoading('async'))
        this.#after(overstay, Math.max(grace, SECOND_LOOK), look)
      else this.#end(overstay)
    }
    this.#after(overstay, grace, () => this.#after(overstay, SECOND_LOOK, look))
  }

  /**
   * Not running and not over, it waits behind other code or for its module, and is given up there; begun in spite of that, it is found
   * later. Where it is found running, it is looked at once more in a moment: that it is over may have come, and not been read.
   */
  #look(overstay: Overstay, isSure: boolean): void {
    const { thread, mode, grace } = overstay
    if (thread.state === 'gone') return
    const isRunning = overstay.isRunning() && !thread.isLoading(mode)
    const isStuck = isRunning || this.#isStuckBetweenCalls(overstay)
    if (isStuck && isSure) return this.#end(overstay, isRunning)
    const pause = isStuck ? SECOND_LOOK : Math.max(grace, SECOND_LOOK)
    this.#after(overstay, pause, () => this.#look(overstay, isStuck))
  }

  #after(overstay: Overstay, ms: number, fn: () => void): void {
    overstay.stop = this.#here.alarms.after(ms, fn, false)
  }

  /** No call runs there, and still it reads nothing: code that some call has left behind keeps it, a timer or what follows an `await`. */
  #isStuckBetweenCalls({ thread, isDeaf }: Overstay): boolean {
    if (!isDeaf?.() || !thread.cameUp || thread.isLoading('sync')) return false
    return thread.innermostFrame === 0 && !this.#here.runsCallOn(thread)
  }

  #end({ label, thread, urgency, grace }: Overstay, isRunning = true): void {
    const whose = urgency === 'timeout' ? 'timeout had passed' : 'caller had aborted it'
    const why = !isRunning
      ? `code that an earlier call has left behind, such as a timer, kept the thread for ${grace} ms after the ${urgency === 'timeout' ? 'timeout' : 'abort'} of ` +
        `${label}, which waited for it (configure({ grace }))`
      : urgency === 'terminate'
        ? `${label} was given up, and ends its thread then (onAbort: 'terminate')`
        : `${label} was stuck: it kept its thread for ${grace} ms after its ${whose} (configure({ grace }))`
    thread.end(new SyncBridgeError(why, { function: label, thread: thread.address }))
  }
}

/** Of a call that is given up for this reason. */
export function urgencyOf(reason: unknown, endsThread: boolean): Urgency {
  if (endsThread) return 'terminate'
  try {
    const name = (reason as { name?: unknown } | null | undefined)?.name
    // Node's own for AbortSignal.timeout(), and ours.
    return name === 'TimeoutError' || name === 'CallTimeoutError' ? 'timeout' : 'abort'
  } catch {
    // Anything can be a reason, also what throws when it is asked.
    return 'abort'
  }
}
