/**
 * The one mutable object of a thread: its registry, its scopes, its frames, the calls it has sent and those it runs, and
 * the threads it made. It sits behind a versioned symbol, because one thread can hold several copies of this library
 * (ESM beside CommonJS, a loader that evaluates twice) and all of them must meet in the same registry and the same threads.
 */

import { isMainThread, type ResourceLimits, type Transferable } from 'node:worker_threads'
import type { Call } from '../call/call.js'
import { Frames } from '../call/frame.js'
import { refuse } from '../call/pending-calls.js'
import type { Performed, RunningCall } from '../call/perform-call.js'
import { Bell } from '../channel/bell.js'
import type { Channel } from '../channel/channel.js'
import { SLOT_COUNT } from '../channel/layout.js'
import { LifeRecord } from '../channel/life-record.js'
import { Codec } from '../codec/codec.js'
import { Carriers } from '../context/carriers.js'
import { Scopes } from '../context/scope.js'
import type { ThreadExecutor } from '../executor/executor.js'
import { onePerThread } from '../one-per-thread.js'
import {
  type AbortMessage,
  type CallMessage,
  type FrameRef,
  type Message,
  PROTOCOL_VERSION,
  type Target,
  type ThreadAddress,
} from '../protocol.js'
import { findEntryModule } from '../registry/entry-module.js'
import { Registry } from '../registry/registry.js'
import { type Maker, Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import { CallStatistics } from './call-statistics.js'
import type { ConfigureOptions } from './config.js'
import { answerRefused, deliver } from './deliver.js'
import { ExitHooks } from './exit-hooks.js'
import { Host } from './host.js'
import { OpenWork } from './open-work.js'
import { isBlockedIn, Outbox } from './outbox.js'
import { PostOffice } from './post-office.js'
import { ownThreadGone } from './thread-deaths.js'
import { Work } from './work.js'

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
}

export class Runtime implements Maker {
  readonly address: ThreadAddress
  readonly role: ThreadRole | 'root'
  readonly entryModule: string | undefined
  readonly starter: FrameRef | undefined
  readonly bell: Bell
  readonly registry = new Registry()
  /** For what belongs to no call of a function. */
  readonly codec = new Codec(this.registry)
  readonly scopes = new Scopes()
  readonly carriers = new Carriers()
  readonly frames = new Frames((id) => this.#life.noteInnermostFrame(id))
  readonly statistics = new CallStatistics()
  readonly exitHooks = new ExitHooks()
  readonly post: PostOffice
  readonly work: Work
  readonly outbox: Outbox
  /** What runs calls on threads made here, and takes back those that a thread left unstarted. */
  readonly executors = new Set<ThreadExecutor>()
  /** Only at the root. */
  readonly host: Host | undefined
  /** `threadCritical` Locals of sync code on this thread. */
  readonly critical = new Map<string, unknown>()
  /** What is open here: contexts by id, and calls that were made here and have no answer yet. */
  readonly open = new OpenWork()
  readonly isMainThread = isMainThread
  config: ConfigureOptions = {}
  /** Set by `shutdown()`: no call is taken any more. */
  closed = false
  readonly #hostAddress: ThreadAddress
  readonly #life: LifeRecord
  readonly #makerLife: LifeRecord | undefined
  #lastThread = 0

  constructor(boot: RuntimeBoot) {
    this.address = boot.address
    this.role = boot.role
    this.entryModule = boot.entryModule
    this.starter = boot.starter
    this.#hostAddress = boot.host
    this.bell = new Bell(boot.memory)
    this.#life = new LifeRecord(boot.memory)
    this.#makerLife = boot.makerMemory && new LifeRecord(boot.makerMemory)
    this.post = new PostOffice(boot.address, boot.parent)
    this.work = new Work({
      address: this.address,
      registry: this.registry,
      scopes: this.scopes,
      carriers: this.carriers,
      reply: (message, running, performed) => this.#reply(message, running, performed),
      drain: () => this.drain(),
      countTaken: () => this.#life.countTaken(),
      isBlocked: () => this.frames.depth > 0,
    })
    this.outbox = new Outbox({
      address: this.address,
      post: this.post,
      codec: this.codec,
      postHere: (message, transfer) => this.#postHere(message, transfer),
      running: () => this.work.running,
      innermostFrame: (address) => this.#innermostFrame(address),
    })
    if (boot.role === 'root') {
      this.host = new Host({
        address: this.address,
        codec: this.codec,
        config: () => this.config,
        spawn: (role) => this.spawn(role),
        sendToFrame: (call, frame, onRefused) => this.outbox.sendToFrame(call, frame, onRefused),
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
  drain(): void {
    this.post.drain((message) => this.receive(message))
  }

  /** Makes a thread below this one. */
  spawn(role: ThreadRole, starter?: FrameRef, limits?: ResourceLimits): Thread {
    this.#lastThread += 1
    const { env, execArgv, resourceLimits, setup = [] } = this.config
    const thread = new Thread(
      {
        protocol: PROTOCOL_VERSION,
        address: `${this.address}/${this.#lastThread}`,
        role,
        host: this.#hostAddress,
        makerMemory: this.bell.memory,
        entryModule: this.entryModule,
        starter,
        setup: setup.map(String),
      },
      { env, execArgv, resourceLimits: limits ?? resourceLimits },
      this,
    )
    this.post.add(thread)
    return thread
  }

  send(call: Call, to: ThreadAddress, target: Target): boolean {
    return this.outbox.send(call, to, target)
  }

  /** To the executors of the process, here or at the root. */
  sendToHost(call: Call, target: Target): void {
    if (!this.host) this.outbox.send(call, this.#hostAddress, target)
    else if (!this.host.submit(call, target)) refuse(call)
  }

  /** A call made here: counted, and waited for by `shutdown()`. */
  watch(call: Call): void {
    this.statistics.watch(call)
    this.open.addCall(call)
  }

  postOrDrop(message: Message): void {
    if (message.to === this.address) this.receive(message)
    else this.post.post(message)
  }

  threadGone(thread: Thread, exitCode: number | undefined, cause: unknown): void {
    ownThreadGone(this, thread, exitCode, cause)
  }

  #innermostFrame(address: ThreadAddress): number | undefined {
    // Here is running code: whoever asks.
    if (address === this.address) return 0
    const isMaker = address === this.address.slice(0, this.address.lastIndexOf('/'))
    return isMaker ? this.#makerLife?.innermostFrame() : this.post.thread(address)?.innermostFrame
  }

  #forward(message: Message): void {
    if (!this.post.passOn(message)) {
      // A call that reached nobody has not started: its caller may send it elsewhere.
      if (message.kind === 'call') answerRefused(this, message)
    } else if (message.kind === 'abort' && !message.told) {
      this.#answerForBusy(message)
    }
  }

  /** A thread that is running sync code reads no abort: its caller, who is not next to it, learns that from whoever is. */
  #answerForBusy({ from, id }: AbortMessage): void {
    const call = this.post.passedOn(from, id)
    // What its executors run, the root answers for.
    if (call?.mode !== 'sync' || (call.target.by !== 'frame' && call.target.by !== 'thread')) return
    const innermost = this.#innermostFrame(call.to)
    if (innermost !== undefined && !isBlockedIn(innermost, call.target)) answerRefused(this, call)
  }

  /** A thread's message to itself: copied like any other, so that a value never depends on where a call went. */
  #postHere(message: Message, transfer: readonly Transferable[]): void {
    this.receive(structuredClone(message, { transfer: [...transfer] }))
  }

  #reply(message: CallMessage, running: RunningCall, performed: Performed): void {
    const address = {
      kind: 'outcome',
      to: message.from,
      from: this.address,
      id: message.id,
    } as const
    const post = ({ outcome, transfer }: Performed) => {
      if (message.from === this.address) this.#postHere({ ...address, outcome }, transfer)
      else this.post.post({ ...address, outcome }, transfer)
    }
    try {
      post(performed)
    } catch (cause) {
      // A reply that can't be cloned must still wake its caller.
      post(running.unsendable(performed, cause))
    }
  }
}

// The version is part of the name: copies that do not understand each other must not meet.
const RUNTIME = `runtime.${PROTOCOL_VERSION}`

/** The runtime of this thread; a thread that nobody prepared is the root of a tree of its own. */
export function runtime(): Runtime {
  return onePerThread(RUNTIME, () => {
    const memory = new SharedArrayBuffer(SLOT_COUNT * Int32Array.BYTES_PER_ELEMENT)
    return new Runtime({
      address: '0',
      role: 'root',
      host: '0',
      memory,
      entryModule: findEntryModule(),
    })
  })
}

/** For the first code that runs in a thread of ours. */
export function install(boot: RuntimeBoot): Runtime {
  return onePerThread(RUNTIME, () => new Runtime(boot))
}
