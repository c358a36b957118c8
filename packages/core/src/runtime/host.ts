/**
 * The root of the tree owns what a process has one of: the shared thread, the pool, the leased threads, the loop. Calls for
 * them come from here or, as messages, from threads below; a relayed call answers to whoever sent it.
 */
import { Call } from '../call/call.js'
import type { Alarms } from '../cancellation/alarms.js'
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { Codec } from '../codec/codec.js'
import { movedIn } from '../codec/wire-list.js'
import type { Spawn, ThreadExecutor } from '../executor/executor.js'
import { LeaseExecutor } from '../executor/lease-executor.js'
import { PoolExecutor } from '../executor/pool-executor.js'
import { SerialExecutor } from '../executor/serial-executor.js'
import type {
  CallMessage,
  CleanedMessage,
  FrameRef,
  Message,
  Outcome,
  Target,
  ThreadAddress,
} from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import { isWithin } from '../thread-address.js'
import type { ConfigureOptions } from './config.js'
import { warnOfExit } from './exit-warning.js'
import { refusing, type Stage } from './thread-starts.js'

export interface HostEnvironment {
  readonly address: string
  readonly codec: Codec
  readonly alarms: Alarms
  config(): ConfigureOptions
  stage(): Stage
  readonly spawn: Spawn
  sendToFrame(call: Call, frame: FrameRef, onRefused: () => void): void
  /** @returns false where the thread is gone. */
  runAt(thread: string, call: Call): boolean
  post(message: Message): void
}

export class Host {
  readonly shared: SerialExecutor
  readonly loop: SerialExecutor
  readonly pool: PoolExecutor
  readonly leases: LeaseExecutor
  readonly #here: HostEnvironment
  readonly #relayed = new Map<string, Call>()
  readonly #cleaning = new Map<string, (clean: boolean) => void>()

  constructor(here: HostEnvironment) {
    this.#here = here
    const spawn = (role: ThreadRole) => here.spawn(role)
    this.shared = new SerialExecutor('shared', spawn)
    this.loop = new SerialExecutor('loop', spawn)
    this.pool = new PoolExecutor(spawn, () => here.config().pool ?? {})
    this.leases = new LeaseExecutor(
      spawn,
      (thread, context, done) => this.#clean(thread, context, done),
      () => here.config().leased ?? {},
      here.alarms,
    )
  }

  get executors(): readonly ThreadExecutor[] {
    return [this.shared, this.loop, this.pool, this.leases]
  }

  /** @returns false where the target refuses: it has ended. */
  submit(call: Call, target: Target): boolean {
    // In line for a thread that is leaving, a call of its exit functions would wait for itself.
    if (this.#here.stage() === 'ending' && target.by !== 'loop' && target.by !== 'home') {
      refusing.run(call)
      return true
    }
    switch (target.by) {
      case 'shared':
        this.shared.submit(call)
        return true
      case 'loop':
        this.loop.submit(call)
        return true
      case 'pool':
        this.pool.submit(call, (frame) =>
          this.#here.sendToFrame(call, frame, () => this.pool.enqueue(call)),
        )
        return true
      case 'context':
        return this.leases.submit(call, target.context)
      case 'home':
        return this.#here.runAt(target.thread, call)
      default:
        return false
    }
  }

  /** A call of another thread's, for one of the executors here. */
  relay(message: CallMessage): void {
    const answer = (outcome: Outcome) =>
      this.#here.post({
        kind: 'outcome',
        to: message.from,
        from: this.#here.address,
        id: message.id,
        outcome,
      })
    const key = `${message.from}#${message.id}`
    const origin = message.request.origin ?? { from: message.from, id: message.id }
    const call = new Call({ ...message.request, origin }, movedIn(message))
    this.#relayed.set(key, call)
    // Where else it may run, its caller knows.
    call.onRefused = () => {
      this.#relayed.delete(key)
      call.finish()
      answer({ ok: 'refused' })
    }
    call.whenSettled((settlement) => {
      this.#relayed.delete(key)
      if ('outcome' in settlement) answer(settlement.outcome)
      // Its caller knows why.
      else if (call.givenUp) answer({ ok: 'refused' })
      else
        answer({
          ok: false,
          error: this.#here.codec.encode(settlement.failure),
          changes: NO_CHANGES,
          ran: 0,
        })
    })
    if (this.submit(call, message.target)) return
    this.#relayed.delete(key)
    answer({ ok: 'refused' })
  }

  relayedCall(from: string, id: number): Call | undefined {
    return this.#relayed.get(`${from}#${id}`)
  }

  /** Calls that a thread, or one below it, has made. */
  relayedFor(thread: ThreadAddress): Call[] {
    return [...this.#relayed.values()].filter(({ request }) =>
      isWithin(request.origin?.from ?? '', thread),
    )
  }

  cleaned(message: CleanedMessage): void {
    this.#cleaning.get(message.context)?.(message.error === undefined)
  }

  #clean(thread: Thread, context: string, done: (clean: boolean) => void): void {
    const { exitTimeout = 5000 } = this.#here.config().leased ?? {}
    thread.channel.hold()
    thread.isCleaningUp = true
    const answer = (clean: boolean) => {
      if (!this.#cleaning.delete(context)) return
      stopTimer()
      stopListening()
      thread.channel.release()
      thread.isCleaningUp = false
      done(clean)
    }
    const stopTimer = this.#here.alarms.after(exitTimeout, () => {
      warnOfExit(
        `The onContextExit functions of a context, and the generators that it had left open, had not ended within ${exitTimeout} ms (leased.exitTimeout), and their thread was replaced`,
      )
      answer(false)
    })
    let stopListening = (): void => undefined
    this.#cleaning.set(context, answer)
    stopListening = thread.whenGone(() => {
      // An error that has ended it is told by itself; and what is ended from here has nothing to tell.
      if (thread.hasEndedItself && thread.cause === undefined)
        warnOfExit(
          'A thread ended before the onContextExit functions of its context had, and was replaced: one that calls process.exit() keeps those from running that were given before it',
        )
      answer(false)
    })
    this.#here.post({ kind: 'clean', to: thread.address, from: this.#here.address, context })
  }
}
