/**
 * WHERE: one worker thread as its maker sees it, from start to end. It knows which calls it was sent and, when it ends,
 * which of them had not started. The other side is {@link file://./../bridge/boot-thread.ts}.
 */

import type { Worker } from 'node:worker_threads'
import type { Call, CallKeeper, Settlement } from '../call/call.js'
import { CallQueue } from '../call/call-queue.js'
import { callSafely } from '../call-safely.js'
import type { Alarms } from '../cancellation/alarms.js'
import { orAfter } from '../cancellation/timer.js'
import { Bell } from '../channel/bell.js'
import type { Census } from '../channel/census.js'
import type { Channel } from '../channel/channel.js'
import { Claims, MOST_OFFERED } from '../channel/claims.js'
import { LaneChannel } from '../channel/lane-channel.js'
import { SLOT_COUNT } from '../channel/layout.js'
import { LifeRecord } from '../channel/life-record.js'
import type { RingMemory } from '../channel/ring-memory.js'
import { workerThreads } from '../channel/worker-threads.js'
import type { Codec } from '../codec/codec.js'
import type { Announcements } from '../diagnostics/announcements.js'
import { commonNow } from '../diagnostics/call-channel.js'
import { type ThreadEvent, threadChannel } from '../diagnostics/thread-channel.js'
import { setImmediate } from '../own-timers.js'
import type { CallName, CallRequest, Message, Target, ThreadAddress } from '../protocol.js'
import { threadFile } from '../registry/library-file.js'
import { withExecArgv } from './exec-argv.js'
import { BOOT_KEY, type ThreadBoot, type ThreadRole } from './thread-boot.js'
import { survivesUnreadableEnd } from './unreadable-end.js'

/** `starting` until it says that it is ready; `ending` once it was told to go; `gone` when it is. */
export type ThreadState = 'starting' | 'ready' | 'ending' | 'gone'

export interface WorkerSettings {
  /** How long it may take to come up, in ms. */
  readonly startTimeout: number
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly execArgv?: readonly string[] | undefined
  readonly resourceLimits?: import('node:worker_threads').ResourceLimits | undefined
}

/** What a thread needs of its maker. */
export interface Maker {
  readonly address: ThreadAddress
  receive(message: Message): void
  /** Reads what has come, in the event loop. */
  attend(): void
  /** @returns false when the call could not be sent and has been settled. */
  send(call: Call, to: ThreadAddress, target: Target): boolean
  /** The call was not started and will not be: its number is free again. */
  unsend(call: Call): void
  /** For what belongs to no call of a function. */
  readonly codec: Codec
  readonly rings: RingMemory
  readonly census: Census
  readonly alarms: Alarms
  readonly announcements: Announcements
  threadGone(thread: Thread, exitCode: number | undefined, cause: unknown): void
}

/**
 * So many synchronous calls are sent at most, and the next when one has come back: what waits here costs the thread nothing, is
 * given up without a word to it, and does not fill the memory that it shares.
 */
const MOST_SENT = 1024

/** How long a thread may go on after an error that ends it, in ms. */
const MOST_DYING = 1000

/** How long `onThreadExit` functions, or listeners of `exit`, may take, in ms, where nobody says otherwise. */
const EXIT_TIMEOUT = 5000

const QUEUE: Target = { by: 'thread' }

export class Thread implements CallKeeper {
  readonly address: ThreadAddress
  readonly role: ThreadRole
  readonly channel: Channel
  /** Called whenever a call of its own queue has finished. */
  onCallFinished: ((call: Call) => void) | undefined
  /** Called when the caller of one of its calls waits no longer, although its code may run on. */
  onCallGivenUp: (() => void) | undefined
  #state: ThreadState = 'starting'
  #cameUp = false
  #hasFailedToStart = false
  #hasEndedItself = false
  /** It is to be ended, and has not been told so. */
  #mustEnd = false
  /** Its Worker was told to end, at once. */
  #isTerminated = false
  /** It has `onThreadExit` functions. */
  #isTidy = false
  /** It was told to run them. */
  #isLeaving = false
  #cause: unknown
  /** Node forgets it when the thread ends. */
  readonly #id: number
  readonly #onGone = new Set<() => void>()
  #sequence = 0
  /** So many calls of those that wait are to be sent now. */
  #toSend = 0
  readonly #memory: SharedArrayBuffer
  readonly #life: LifeRecord
  readonly #claims: Claims
  /** Calls that can be taken back, the oldest first, and some that no longer can. */
  #ahead: Call[] = []
  readonly #worker: Worker | undefined
  readonly #maker: Maker
  /** Of the calls in its own queue: how many have not finished, and how many of these were given up. */
  #load = 0
  /** Those of them that have not been sent. */
  readonly #waiting = new CallQueue()
  #abandoned = 0
  /** Numbers of the last question whether it is alive, and of the last answer. */
  #asked = 0
  #answered = 0
  #stopStarting = () => undefined as unknown
  #stopDying: (() => unknown) | undefined = undefined

  constructor(
    boot: Omit<ThreadBoot, 'port' | 'memory' | 'down' | 'up' | 'entry'>,
    settings: WorkerSettings,
    maker: Maker,
  ) {
    this.address = boot.address
    this.role = boot.role
    this.#maker = maker
    const memory = new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT)
    const { port1, port2 } = new (workerThreads().MessageChannel)()
    this.#memory = memory
    this.#life = new LifeRecord(memory)
    this.#claims = new Claims(memory)
    const rings = maker.rings.take()
    const { down, up } = rings
    this.#worker = this.#start({ ...boot, port: port2, memory, down, up }, settings)
    this.channel = new LaneChannel({
      port: port1,
      peerBell: new Bell(memory),
      here: maker.address,
      peer: boot.address,
      out: down,
      in: up,
      anchor: this.#worker,
      onMalformed: (error) => this.end(error),
      encodeReason: (error) => maker.codec.encode(error),
    })
    // Its end may have been noticed before; from here on it can write nothing more.
    this.#worker?.on('exit', (code) => {
      this.#end(code)
      // On Deno it may run on for a moment, and write.
      if (!process.versions.deno) maker.rings.giveBack(rings)
    })
    this.channel.listen(() => maker.attend())
    const { startTimeout } = settings
    const tooLate = () =>
      this.end(
        new Error(
          `it was not ready for calls within ${startTimeout} ms (configure({ startTimeout })). A preload or a setup module that waits for ` +
            'a call may wait for its own thread',
        ),
      )
    this.#stopStarting = maker.alarms.after(startTimeout, tooLate, false)
    this.#id = this.threadId
    this.#announce('started')
  }

  #start(boot: Omit<ThreadBoot, 'entry'>, settings: WorkerSettings): Worker | undefined {
    const { resourceLimits } = settings
    try {
      const file = threadFile()
      const data: ThreadBoot = { ...boot, entry: file.href }
      const worker = withExecArgv(
        settings,
        (options) =>
          new (workerThreads().Worker)(file, {
            name: `syncbridge ${boot.role} ${boot.address}`,
            workerData: { [BOOT_KEY]: data },
            transferList: [boot.port],
            argv: process.argv.slice(2),
            ...options,
            ...(resourceLimits && { resourceLimits }),
          }),
      )
      // An idle thread never keeps the process alive; a pending call does, by holding the channel.
      worker.unref()
      survivesUnreadableEnd(worker)
      worker.on('error', (error) => this.dying(error))
      return worker
    } catch (error) {
      // Node refuses some settings at once. Its calls shall learn that like any other failed start, after they were sent.
      this.#cause = error
      setImmediate(() => this.#end(undefined))
      return undefined
    }
  }

  get state(): ThreadState {
    return this.#state
  }

  /** Whether it has ever been ready. */
  get cameUp(): boolean {
    return this.#cameUp
  }

  /** Why it ended, where that is known: it may be told after its end. */
  get cause(): unknown {
    return this.#cause
  }

  /** Whether it has taken a call of its own queue. */
  get hasWorked(): boolean {
    return this.#life.taken() !== 0
  }

  /** Whether it is gone without having been of any use, and without having been told to go. */
  get hasFailedToStart(): boolean {
    return this.#hasFailedToStart
  }

  /** Whether it is gone, and nobody here has ended it. */
  get hasEndedItself(): boolean {
    return this.#hasEndedItself
  }

  get threadId(): number {
    return this.#worker?.threadId ?? -1
  }

  /** Its innermost blocked frame, 0 while it is not blocked. */
  get innermostFrame(): number {
    return this.#life.innermostFrame()
  }

  /** Whether it runs a call on its innermost blocked frame: until that has ended it reads nothing. */
  get isBusyOnFrame(): boolean {
    return this.#life.isBusyOnFrame()
  }

  /** Whether others hold functions or iterators that live there, and end with it. */
  get isHeld(): boolean {
    return this.#life.isHeld()
  }

  /** Whether others hold iterators that live there and have not ended. */
  get hasIterators(): boolean {
    return this.#life.hasIterators()
  }

  /** Whether it runs the exit functions of a context: it serves nobody meanwhile. */
  isCleaningUp = false

  /** Calls sent to its own queue that have not finished. */
  get load(): number {
    return this.#load
  }

  /** Whether all that still runs there was given up by its callers. */
  get isAbandoned(): boolean {
    return this.#abandoned === this.#load
  }

  /** Whether a call for its own queue would not be sent now. An executor takes its values first: the thread may have ended when that is done. */
  mustWait({ request }: Call): boolean {
    // Asynchronous ones may wait for each other. One that is on its way out starts nothing more.
    return (request.mode === 'sync' && this.#load >= MOST_SENT) || this.#state === 'ending'
  }

  /** Puts a call into the thread's own queue. */
  run(call: Call): void {
    // It was given up since it was taken out of another line: code of the user's runs while the one before it is sent.
    if (call.isFinished) return
    if (this.mustWait(call)) {
      // All others may have finished meanwhile, and nobody would send it.
      if (call.takeValues()) return call.isFinished ? undefined : this.run(call)
      // In this order: where the stack ends in between, it is withdrawn again, and what was held for it would be held for ever.
      this.#waiting.push(call)
      this.#hold(call)
    } else this.#send(call, QUEUE)
  }

  /** The calls that have not been sent yet, when the thread is gone. */
  takeWaiting(): readonly Call[] {
    return this.#waiting.clear()
  }

  /** The same, before its turn has come: it can be taken back until the thread starts it, unless too many can already. */
  runAhead(call: Call): void {
    // Never 0, which is what a claimed one leaves.
    const claim = (this.#sequence + 1) | 0 || MOST_OFFERED
    if (!this.#claims.offer(claim)) return this.#send(call, QUEUE)
    call.claim = claim
    this.#send(call, { by: 'thread', claim })
    // It could not be sent.
    if (call.holder !== this) return void this.#claims.take(claim)
    if (this.#ahead.length > 2 * this.#load)
      this.#ahead = this.#ahead.filter((earlier) => earlier.holder === this)
    this.#ahead.push(call)
  }

  /**
   * Takes back the calls that were sent ahead and have not started, the oldest first. Nobody is told before all of them are back:
   * whoever sent more meanwhile would send calls ahead of those that are older.
   */
  takeBack(): Call[] {
    const ahead = this.#ahead
    this.#ahead = []
    // What was given up is answered by the thread.
    const isWanted = (call: Call) => call.holder === this && !call.settlement && !call.givenUp
    const taken = ahead.filter((call) => isWanted(call) && this.#claims.take(call.claim))
    for (const call of taken) {
      this.#maker.unsend(call)
      call.holder = undefined
      this.#load -= 1
    }
    return taken
  }

  #send(call: Call, target: Target): void {
    if (!this.#maker.send(call, this.address, target)) return
    call.sequence = this.#sequence
    this.#sequence = (this.#sequence + 1) | 0
    if (call.holder !== this) this.#hold(call)
  }

  #hold(call: Call): void {
    const isAbandoned = call.settlement !== undefined
    // No function is called from here on: the stack may be near its end, and the one without the other would never be put right.
    call.holder = this
    this.#load += 1
    if (isAbandoned) this.#abandoned += 1
  }

  callSettled(_call: Call, settlement: Settlement): void {
    this.#abandoned += 1
    // An outcome is followed at once by the end of the call.
    if ('failure' in settlement) this.onCallGivenUp?.()
  }

  callFinished(call: Call): void {
    this.#load -= 1
    if (call.settlement) this.#abandoned -= 1
    const isRunning = this.#state === 'starting' || this.#state === 'ready'
    if (this.#waiting.length > 0 && isRunning) this.#sendNext()
    this.onCallFinished?.(call)
  }

  /** One call out of the line. What can't be sent is finished at once and asks for the next: nested, a line of such calls would end the stack. */
  #sendNext(): void {
    this.#toSend += 1
    if (this.#toSend > 1) return
    try {
      for (; this.#toSend > 0; this.#toSend -= 1) {
        const next = this.#waiting.shift()
        if (next) this.#send(next, QUEUE)
      }
    } finally {
      this.#toSend = 0
    }
  }

  /** Of the calls in its own queue, whether this one had been taken: only then may it have had an effect. */
  hasTaken(call: Call): boolean {
    // Both wrap, so that only their difference says which one is ahead.
    return call.holder !== this || ((this.#life.taken() - call.sequence) | 0) > 0
  }

  /** Whether the call is on its stack now. */
  isRunning(call: Call): boolean {
    // Of those in its own queue, the one that was taken last: if another has been taken since, it has returned.
    if (call.holder === this) return call.sequence === ((this.#life.taken() - 1) | 0)
    return this.isOnFrame({ from: this.#maker.address, id: call.id })
  }

  /** Whether a call is on its stack that runs on a blocked frame. */
  isOnFrame(call: CallName): boolean {
    return this.#life.isOnFrame(call)
  }

  /** Whether it waits for a module with calls of that kind: these have not begun. */
  isLoading(mode: CallRequest['mode']): boolean {
    return mode === 'sync' ? this.#life.loading() !== 0 : this.#life.hasAsyncLoads()
  }

  /** Whether its queue, or a frame, waits for the load of that number. */
  awaitsLoad(number: number): boolean {
    return this.#life.loading() === number
  }

  /** Asks it for a sign of life. @returns the number of the question. */
  ask(): number {
    this.#asked += 1
    const { address: to } = this
    const number = this.#asked
    this.channel.post({ kind: 'pulse', to, from: this.#maker.address, number, isAnswer: false })
    return number
  }

  noteAnswer(number: number): void {
    this.#answered = number
  }

  hasAnswered(number: number): boolean {
    return this.#answered >= number
  }

  markReady(): void {
    this.#stopStarting()
    this.#cameUp = true
    if (this.#state === 'starting') this.#state = 'ready'
    this.#announce('ready')
  }

  markTidy(): void {
    this.#isTidy = true
  }

  /**
   * Calls back when the thread is gone, at once where it is already.
   * @returns a function that calls it off: a thread may live as long as its process, and would keep every listener it was given.
   */
  whenGone(listener: () => void): () => void {
    if (this.#state === 'gone') listener()
    else this.#onGone.add(listener)
    return () => this.#onGone.delete(listener)
  }

  /**
   * Remembers why the thread is about to end; the end itself is reported by `exit`.
   * @param cause undefined where its code has called `process.exit()`.
   */
  dying(cause?: unknown): void {
    this.#cause ??= cause
    // Whoever has told it to leave waits for it, and no longer than he has said.
    if (this.#isLeaving && cause === undefined) return
    // Code of the user's may keep it from ending: a listener of `exit` that never returns, or a `process.exit` of somebody's own.
    const limit = cause === undefined ? EXIT_TIMEOUT : MOST_DYING
    this.#stopDying ??= this.#maker.alarms.after(limit, () => this.end(cause), false)
  }

  /** Whether it has told of its end. */
  get hasExited(): boolean {
    return this.#state !== 'gone' && this.#life.exitCode() !== undefined
  }

  /**
   * For a maker that is blocked and gets no events: looks whether the thread has ended.
   * @param thoroughly Also for a death without a word, which is dear to find out.
   */
  checkAlive(thoroughly: boolean): void {
    if (this.#mustEnd) this.end(this.#cause)
    const code = this.#life.exitCode()
    const isOver = code !== undefined || !this.#worker || (thoroughly && this.#isLost())
    if (isOver) this.#end(code)
  }

  /**
   * Where it was ended before it had come up, its end of the channel may lie unread in Node's own messages and never be closed. It
   * can have taken no call, and will take none. In Bun no channel tells of an end, but `terminate()` lets no more code run there.
   */
  #isLost(): boolean {
    const tellsNobody = !this.#cameUp || process.versions.bun !== undefined
    return this.channel.isSevered() || (this.#isTerminated && tellsNobody)
  }

  /**
   * Ends a thread that is no longer needed: one that has `onThreadExit` functions, and nothing else to do, runs them first.
   * @param timeout How long they may take, in ms.
   */
  async leave(timeout = EXIT_TIMEOUT): Promise<void> {
    if (this.#isTidy && this.#state === 'ready' && this.#load === 0) {
      this.#state = 'ending'
      this.#isLeaving = true
      this.channel.post({ kind: 'leave', to: this.address, from: this.#maker.address })
    }
    // Also where somebody else has told it: to end it now would cut its exit functions off.
    if (this.#isLeaving) {
      this.channel.hold()
      await orAfter(this.#goes(), timeout)
      this.channel.release()
    }
    await this.terminate()
  }

  /** Ends the thread for a reason that those are told who still wait for it. */
  end(cause: unknown): void {
    this.dying(cause)
    this.#mustEnd = true
    // Near the end of a stack it may fail: a maker that is blocked tries again, and any other has told the thread by then.
    this.terminate().then(undefined, () => undefined)
  }

  /** Ends the thread, whatever it is doing. Its calls are failed when it is gone. */
  async terminate(): Promise<void> {
    if (this.#state !== 'gone') this.#state = 'ending'
    this.#isTerminated = true
    // Held until it is gone: a hold that is released meanwhile would unref the worker, and the process could end in between.
    this.channel.hold()
    try {
      // One that Node could not start ends in a turn of its own.
      const ended = this.#worker ? this.#worker.terminate() : this.#goes()
      this.#mustEnd = false
      await ended
    } finally {
      this.channel.release()
    }
  }

  #goes(): Promise<void> {
    return new Promise((resolve) => this.whenGone(resolve))
  }

  #end(exitCode: number | undefined): void {
    if (this.#state === 'gone') return
    this.#stopStarting()
    this.#stopDying?.()
    // What it posted before it ended still counts: an outcome among it settles its call.
    for (let message = this.channel.take(); message; message = this.channel.take())
      this.#maker.receive(message)
    this.#maker.census.strike(this.#memory)
    // One that ends by itself, and takes too long for that, is ended by us and without a cause: it was not told to go.
    const isDying = this.#stopDying !== undefined
    const isToldToGo = this.#state === 'ending' && this.#cause === undefined && !isDying
    this.#hasEndedItself = this.#state !== 'ending'
    this.#hasFailedToStart = !isToldToGo && !this.hasWorked
    // Before its calls fail: whoever is told must not give it another.
    this.#state = 'gone'
    const code = this.#life.exitCode() ?? exitCode
    this.#life.giveUp()
    this.#announce('ended', code)
    this.#maker.threadGone(this, code, this.#cause)
    for (const listener of this.#onGone) callSafely(listener)
    this.#onGone.clear()
    this.channel.close()
    // It may have rung its maker's bell, and its wake-up is lost with the port: all others would take the maker for awake.
    this.#maker.attend()
  }

  #announce(state: ThreadEvent['state'], exitCode?: number): void {
    if (!threadChannel.hasSubscribers) return
    const { address: thread, role } = this
    const event: ThreadEvent = { thread, id: this.#id, role, state, exitCode, at: commonNow() }
    this.#maker.announcements.add(() => threadChannel.publish(event))
  }
}
