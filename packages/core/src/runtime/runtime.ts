/**
 * The one mutable object of a thread: its registry, its scopes, its frames, the calls it has sent and those it runs, and
 * the threads it made. It sits behind a versioned symbol, because one thread can hold several copies of this library
 * (ESM beside CommonJS, a loader that evaluates twice) and all of them must meet in the same registry and the same threads.
 */

import type { ResourceLimits } from 'node:worker_threads'
import { os } from '../builtins.js'
import type { Call, CallKeeper, Settlement } from '../call/call.js'
import { CallsInTheMaking } from '../call/calls-in-the-making.js'
import { Frames } from '../call/frame.js'
import { refuse } from '../call/pending-calls.js'
import { AbortListeners } from '../cancellation/abort-listeners.js'
import { Alarms } from '../cancellation/alarms.js'
import { Bell } from '../channel/bell.js'
import { Census } from '../channel/census.js'
import type { Channel } from '../channel/channel.js'
import { Claims } from '../channel/claims.js'
import { SLOT_COUNT } from '../channel/layout.js'
import { LifeRecord } from '../channel/life-record.js'
import { RingMemory } from '../channel/ring-memory.js'
import { Spin } from '../channel/spin.js'
import { Codec } from '../codec/codec.js'
import { Headroom } from '../codec/headroom.js'
import { Carriers } from '../context/carriers.js'
import { Cell } from '../context/cell.js'
import { LeasedContexts } from '../context/context-ref.js'
import { outside, Scopes } from '../context/scope.js'
import { Announcements } from '../diagnostics/announcements.js'
import { ForwardedCalls } from '../diagnostics/forwarded-calls.js'
import type { StartPause, ThreadExecutor } from '../executor/executor.js'
import { onePerThread } from '../one-per-thread.js'
import {
  type FrameRef,
  type Message,
  type OutcomeMessage,
  PROTOCOL_VERSION,
  type Target,
  type ThreadAddress,
} from '../protocol.js'
import { findEntryModule } from '../registry/entry-module.js'
import { Handles } from '../registry/handles.js'
import { libraryFile } from '../registry/library-file.js'
import { Registry } from '../registry/registry.js'
import type { Maker, Thread } from '../thread/thread.js'
import { START_TIMEOUT, type ThreadBoot, type ThreadRole } from '../thread/thread-boot.js'
import { makerOf } from '../thread-address.js'
import { VERSION } from '../version.js'
import { answerRefused } from './answer-refused.js'
import { Attendance } from './attendance.js'
import { Bursts } from './bursts.js'
import { CallStatistics } from './call-statistics.js'
import type { ConfigureOptions } from './config.js'
import { type Copy, checkCopies } from './copies.js'
import { deliver } from './deliver.js'
import { ExitHooks } from './exit-hooks.js'
import { ExportsTold } from './exports-told.js'
import { FailedStarts } from './failed-starts.js'
import { Host } from './host.js'
import { LeftOpen } from './left-open.js'
import { Loads } from './loads.js'
import { OpenWork } from './open-work.js'
import { Outbox } from './outbox.js'
import { Overstays } from './overstays.js'
import { assertProtocol, channelToMaker, findBoot, joinMaker, tellMaker } from './own-thread.js'
import { abortPassedOn } from './passed-abort.js'
import { PostOffice } from './post-office.js'
import { Replies } from './replies.js'
import { otherThreadGone, ownThreadGone } from './thread-deaths.js'
import { ThreadExit } from './thread-exit.js'
import { type Stage, ThreadStarts } from './thread-starts.js'
import { Work } from './work.js'

/** Calls that take less, in ms, are answered in numbers where many wait. */
const QUICK = 0.3

/** What differs between the root and a thread that it made. */
export interface RuntimeBoot {
  readonly address: ThreadAddress
  readonly role: ThreadRole | 'root'
  readonly host: ThreadAddress
  readonly parent?: Channel | undefined
  readonly memory: SharedArrayBuffer
  readonly makerMemory?: SharedArrayBuffer | undefined
  readonly entryModule: string | undefined
  readonly starter?: FrameRef | undefined
  /** Whether threads may look for a moment before they sleep. */
  readonly spin?: boolean | undefined
  /** Counts the threads of the tree that are awake. */
  readonly census?: SharedArrayBuffer | undefined
  /** How long a module may take to load, in ms. */
  readonly startTimeout?: number | undefined
}

export class Runtime implements Maker, CallKeeper {
  /** The copy of the library that made it. */
  readonly copy = thisCopy
  readonly address: ThreadAddress
  readonly role: ThreadRole | 'root'
  readonly entryModule: string | undefined
  readonly starter: FrameRef | undefined
  readonly bell: Bell
  readonly registry: Registry
  /** For what belongs to no call of a function. */
  readonly codec: Codec
  readonly scopes = new Scopes()
  readonly carriers = new Carriers()
  readonly frames = new Frames((id) => this.#life.noteInnermostFrame(id))
  readonly statistics = new CallStatistics()
  readonly making = new CallsInTheMaking()
  readonly roomToAwait = new Headroom()
  readonly roomToBlock = new Headroom()
  readonly exitHooks = new ExitHooks()
  readonly leftOpen: LeftOpen
  readonly exportsTold = new ExportsTold(this)
  readonly threadExit = new ThreadExit()
  readonly alarms = new Alarms()
  readonly abortListeners = new AbortListeners()
  readonly overstays: Overstays
  readonly post: PostOffice
  readonly loads: Loads
  readonly work: Work
  readonly attendance: Attendance
  /** For waiting while blocked. */
  readonly spin: Spin
  readonly #attendingSpin: Spin
  readonly census: Census
  readonly rings = new RingMemory()
  readonly #bursts = new Bursts(os().availableParallelism() === 1)
  readonly outbox: Outbox
  /** What runs calls on threads made here, and takes back those that a thread left unstarted. */
  readonly executors = new Set<ThreadExecutor>()
  readonly failedStarts = new FailedStarts(this.alarms, () => {
    for (const executor of this.executors) executor.threadsMayStart?.()
  })
  /** Each in a scope of its own: what a listener sets there is gone afterwards. */
  readonly announcements = new Announcements((publish) =>
    outside(() => this.scopes.run({ mode: 'open', chain: [], cell: new Cell() }, publish)),
  )
  /** Of other threads, within traced calls. */
  readonly forwarded = new ForwardedCalls(this.announcements)
  /** Only at the root. */
  readonly host: Host | undefined
  /** `threadCritical` Locals of sync code on this thread, where it is leased to nobody. */
  readonly critical = new Map<string, unknown>()
  /** Only where it is leased: each context has its own there. */
  readonly leased: LeasedContexts | undefined
  /** What is open here: contexts by id, and calls that were made here and have no answer yet. */
  readonly open = new OpenWork()
  config: ConfigureOptions = {}
  /** Numbers the calls that listeners follow. */
  tracedCalls = 0
  stage: Stage = 'open'
  /** Until it is up, a thread reads messages, as a module that it loads may await an answer. It starts no call of its own queue. */
  isUp: boolean
  readonly #maker: ThreadAddress
  /** Of the root. */
  readonly hostAddress: ThreadAddress
  readonly #life: LifeRecord
  readonly #makerLife: LifeRecord | undefined
  readonly #starts = new ThreadStarts(this)
  readonly #startTimeout: number
  /** How many readings of what has come are under way, one inside the other. */
  #reading = 0

  constructor(boot: RuntimeBoot) {
    this.address = boot.address
    this.role = boot.role
    this.leased = boot.role === 'leased' ? new LeasedContexts() : undefined
    this.leftOpen = new LeftOpen(this.scopes, this.leased)
    this.entryModule = boot.entryModule
    this.starter = boot.starter
    this.hostAddress = boot.host
    this.#startTimeout = boot.startTimeout ?? START_TIMEOUT
    this.isUp = boot.role === 'root'
    this.registry = new Registry(
      new Handles(boot.address, boot.role === 'root' || boot.role === 'loop'),
      boot.role !== 'root',
    )
    this.registry.handles.tell = ({ thread: to, id }, change, from = this.address) =>
      this.postOrDrop({ kind: 'handle', to, from, id, change })
    this.registry.handles.lessee = () => this.leased?.lessee?.id
    this.codec = new Codec(this.registry)
    const census = new Census(
      boot.census ?? Census.newMemory(),
      boot.memory,
      os().availableParallelism(),
    )
    census.enter()
    this.census = census
    this.bell = new Bell(boot.memory, census)
    const hasRoom = () => census.hasRoom()
    this.spin = new Spin(false, hasRoom)
    this.#attendingSpin = new Spin(false, hasRoom)
    this.#life = new LifeRecord(boot.memory)
    this.#makerLife = boot.makerMemory && new LifeRecord(boot.makerMemory)
    this.registry.handles.noteSize = (size, iterators) => this.#life.noteHeld(size, iterators)
    this.post = new PostOffice(boot.address, boot.parent)
    this.overstays = new Overstays(this)
    this.loads = new Loads({
      registry: this.registry,
      scopes: this.scopes,
      alarms: this.alarms,
      life: this.#life,
      startTimeout: () => this.startTimeout,
      tell: (load) => {
        const { address: from } = this
        boot.parent?.post({ kind: 'life', to: this.#maker, from, state: 'loading', load })
      },
    })
    const replies = new Replies(
      boot.address,
      this.post,
      this.#receive,
      this.exportsTold,
      (outcome) => this.#undeliverable(outcome),
    )
    const claims = new Claims(boot.memory)
    this.#maker = makerOf(boot.address)
    this.work = new Work({
      address: this.address,
      registry: this.registry,
      scopes: this.scopes,
      carriers: this.carriers,
      leased: this.leased,
      contextOf: (id) => this.open.refOf(id),
      callerOf: (id) => this.outbox.pending.find(id),
      reply: replies.reply,
      loads: this.loads,
      isReading: () => this.#reading > 0,
      drain: () => this.drain(),
      readNews: () => {
        if (this.post.hasNews()) this.drain()
      },
      maker: this.#maker,
      life: this.#life,
      claim: (claim) => claims.take(claim),
      isBlocked: () => !this.isUp || this.frames.depth > 0,
      mustTurn: () => this.attendance.mustTurn(),
      turnSoon: () => this.attendance.yieldSoon(),
      started: () => this.attendance.yieldSoon(),
      answered: () => this.attendance.answered(),
    })
    this.allowSpin(boot.spin)
    this.attendance = new Attendance({
      bell: this.bell,
      isRoot: boot.role === 'root',
      spin: this.#attendingSpin,
      drain: () => {
        const isAnything = this.drain()
        this.work.resume()
        return isAnything
      },
      hasNews: () => this.post.hasNews(),
      flush: (isMoreToCome) => this.flush(isMoreToCome),
      hasQueued: () => this.work.hasQueued,
      isBlocked: () => this.frames.depth > 0,
      // To park would hold up the modules that are being loaded, and exit functions that wait for something.
      isRunningAsync: () => !this.isUp || this.work.isRunningAsync || this.exitHooks.isWaiting,
      awaited: () => this.open.callCount,
      expectedRun: () => this.statistics.recentRun,
      onDoze: () => this.open.holdLoop(),
      isPatient: () =>
        this.open.callCount > 2 * this.post.threads.length && this.statistics.recentRun < QUICK,
    })
    this.outbox = new Outbox({
      address: this.address,
      post: this.post,
      codec: this.codec,
      overstays: this.overstays,
      alarms: this.alarms,
      postHere: replies.postHere,
      running: () => this.work.running,
      innermostFrame: (address) => this.innermostFrame(address),
      isHeldUp: (address) => this.isHeldUp(address),
      wakeFor: ({ mode }) => (mode === 'sync' && this.#bursts.mayWait() ? 'by flush' : 'now'),
    })
    if (boot.role === 'root') {
      this.host = new Host({
        address: this.address,
        codec: this.codec,
        alarms: this.alarms,
        config: () => this.config,
        stage: () => this.stage,
        spawn: (role) => this.spawn(role),
        sendToFrame: (call, frame, onRefused) => this.outbox.sendToFrame(call, frame, onRefused),
        runAt: (address, call) => this.runAt(address, call),
        post: (message) => this.postOrDrop(message),
      })
      for (const executor of this.host.executors) this.executors.add(executor)
    }
  }

  receive(message: Message): void {
    if (message.to !== this.address) this.#forward(message)
    else deliver(this, message)
  }

  /** Everything that has arrived, from all sides, also while this thread is blocked. */
  drain(): boolean {
    this.#reading += 1
    try {
      return this.post.drain(this.#receive)
    } finally {
      this.#reading -= 1
      // Only when all has been read: behind a call there may be its abort.
      if (this.#reading === 0) this.work.startArrived()
    }
  }

  /** How long a thread may take to come up, and a module to load, in ms. */
  get startTimeout(): number {
    return this.config.startTimeout ?? this.#startTimeout
  }

  /** @param isWanted What the user says; on one core it is never allowed. */
  allowSpin(isWanted = true): void {
    const isAllowed = isWanted && os().availableParallelism() > 1
    this.spin.isAllowed = isAllowed
    this.#attendingSpin.isAllowed = isAllowed
  }

  /** Before this thread sleeps or its event loop turns: wakes those whom it has left asleep. */
  flush(isMoreToCome = false): void {
    this.#bursts.end()
    this.post.flush(isMoreToCome)
  }

  /** In the event loop: a message has come. */
  attend(): void {
    this.attendance.turn()
  }

  /** Whether there is anything to wake up for, while blocked: the end of a thread, too, which is told by no message. */
  readonly look = (): boolean => this.post.hasNews() || this.post.hasDeaths()

  /** Makes a thread below this one, unless the last ones could not start. */
  spawn(role: ThreadRole, starter?: FrameRef, limits?: ResourceLimits): Thread | StartPause {
    return this.#starts.start(role, starter, limits)
  }

  send(call: Call, to: ThreadAddress, target: Target): boolean {
    return this.outbox.send(call, to, target)
  }

  /** Whether `shutdown()` was called: nothing new begins. */
  get closed(): boolean {
    return this.stage !== 'open'
  }

  /** In the own queue of a thread that was made here. @returns false where it is gone. */
  runAt(address: ThreadAddress, call: Call): boolean {
    const thread = this.post.thread(address)
    thread?.run(call)
    return thread !== undefined
  }

  runsCallOn(thread: Thread): boolean {
    return this.outbox.pending.some(
      (call) => call.sentTo === thread.address && thread.hasTaken(call),
    )
  }

  unsend(call: Call): void {
    this.outbox.pending.remove(call.id)
    call.sentTo = undefined
    call.sentBy = undefined
  }

  /** To the executors of the process, here or at the root. */
  sendToHost(call: Call, target: Target): void {
    if (!this.host) this.outbox.send(call, this.hostAddress, target)
    else if (!this.host.submit(call, target)) refuse(call)
  }

  /** A call made here: counted, and waited for by `shutdown()`. */
  watch(call: Call): void {
    this.statistics.made += 1
    // It could not be sent.
    if (call.settlement) return this.statistics.record(call, call.settlement)
    // Before it has a maker, who will be told that it is settled: a call that was never added would be removed.
    this.open.addCall(call)
    call.maker = this
  }

  callSettled(call: Call, settlement: Settlement): void {
    // First: an open call holds the process, and the statistics may fail near the end of a stack, as their histograms have to be loaded.
    this.open.removeCall(call)
    this.statistics.record(call, settlement)
  }

  postOrDrop(message: Message): void {
    if (message.to === this.address) this.receive(message)
    else this.post.post(message)
  }

  threadGone(thread: Thread, exitCode: number | undefined, cause: unknown): void {
    ownThreadGone(this, thread, exitCode, cause)
    this.exportsTold.threadGone(thread.address)
  }

  readonly #receive = (message: Message): void => this.receive(message)

  innermostFrame(address: ThreadAddress): number | undefined {
    // Here is running code: whoever asks.
    if (address === this.address) return 0
    return address === this.#maker
      ? this.#makerLife?.innermostFrame()
      : this.post.thread(address)?.innermostFrame
  }

  /** Whether the first thread on the way to an address runs code on a blocked frame: what must pass through it, or be dealt with there, waits. */
  isHeldUp(address: ThreadAddress): boolean {
    if (address === this.address) return false
    return this.post.isBelow(address)
      ? (this.post.threadTowards(address)?.isBusyOnFrame ?? false)
      : (this.#makerLife?.isBusyOnFrame() ?? false)
  }

  /** False for a thread below this one that has ended. */
  mayBeThere(thread: ThreadAddress): boolean {
    return (
      thread === this.address ||
      !this.post.isBelow(thread) ||
      this.post.threadTowards(thread) !== undefined
    )
  }

  #forward(message: Message): void {
    // Kept in the name of a thread that has ended, it would be held for ever: the thread's end has been told already.
    if (message.kind === 'handle' && message.change === 'keep' && !this.mayBeThere(message.from))
      return
    if (this.post.passOn(message)) {
      if (message.kind === 'abort') abortPassedOn(this, message)
      // A call that reached nobody has not started: its caller may send it elsewhere.
    } else if (message.kind === 'call') answerRefused(this, message)
    else if (message.kind === 'outcome' && message.outcome.ok !== 'refused')
      this.#undeliverable(message)
  }

  /** What an answer gives is counted for whoever asked: where he has ended before that, his end is told once more. */
  #undeliverable({ to: thread, from }: OutcomeMessage): void {
    const { address } = this
    if (from === address) otherThreadGone(this, thread)
    else this.postOrDrop({ kind: 'gone', to: from, from: address, thread })
  }
}

// Of no version: copies that do not understand each other shall meet, and say so.
const RUNTIME = 'runtime'
const thisCopy: Copy = { version: VERSION, protocol: PROTOCOL_VERSION, place: libraryFile }

let ours: Runtime | undefined

/**
 * The runtime of this thread. A thread that has no boot data is the root of a tree of its own. One that has is ours, whoever asks first:
 * a module that Node loads before our entry may use this library, and as a root that thread would answer no call.
 */
export function runtime(): Runtime {
  // Kept beside the global one, which takes as long to find as an eighth of a call.
  ours ??= meet(
    onePerThread(RUNTIME, () => {
      const boot = findBoot()
      return boot ? belowMaker(boot) : newRoot()
    }),
  )
  return ours
}

function newRoot(): Runtime {
  const memory = new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT)
  return new Runtime({
    address: '0',
    role: 'root',
    host: '0',
    memory,
    entryModule: findEntryModule(),
  })
}

function belowMaker(boot: ThreadBoot): Runtime {
  assertProtocol(boot)
  const parent = channelToMaker(boot, {
    // Whoever waits for this thread is told, and gets another.
    onMalformed: (error) => {
      tellMaker(here, parent, 'dying', error)
      process.exit(1)
    },
    encodeReason: (error) => here.codec.encode(error),
  })
  const here = new Runtime({ ...boot, parent })
  joinMaker(here, boot, parent)
  return here
}

/** The runtime may be another copy's. */
function meet(found: Runtime): Runtime {
  checkCopies(found.copy, thisCopy)
  return found
}
