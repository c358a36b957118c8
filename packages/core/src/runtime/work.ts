/**
 * The calls that this thread runs: its own queue of synchronous ones, in order and one at a time, and the asynchronous ones,
 * which start at once, or as soon as the thread is not blocked. Frames have queues of their own (`call/frame.ts`).
 */
import type { Frame } from '../call/frame.js'
import { type Performed, type Performer, RunningCall } from '../call/perform-call.js'
import { RunningCalls } from '../call/running-calls.js'
import type { LifeRecord } from '../channel/life-record.js'
import type { CallMessage, ThreadAddress } from '../protocol.js'
import { loadFunction, loadFunctionNow } from '../registry/load-function.js'
import type { AnyFunction } from '../registry/registry.js'

export interface WorkEnvironment extends Performer {
  /** Answers the caller. @param isMoreToCome Another answer will follow soon. */
  reply(
    message: CallMessage,
    running: RunningCall,
    performed: Performed,
    isMoreToCome: boolean,
  ): void
  /** Reads what has arrived, so that an abort is known before the next call starts. */
  drain(): void
  /** Whose calls are counted as taken: who passes one on does not number it. */
  readonly maker: ThreadAddress
  readonly life: LifeRecord
  /** Claims a call that was sent ahead. @returns whether it has not been taken back. */
  claim(claim: number): boolean
  isBlocked(): boolean
  /** Whether the event loop must turn now, before the next call of the queue. */
  mustTurn(): boolean
  /** The event loop turns, and then `resume` is called. */
  turnSoon(): void
  /** An async function has been started, and its microtasks must run. */
  started(): void
  /** An async function has been answered. */
  answered(): void
}

export class Work {
  readonly running = new RunningCalls()
  readonly #here: WorkEnvironment
  /** One that was given up leaves its place behind: calls are counted as taken in the order in which their maker numbered them. */
  readonly #queue: Array<CallMessage | undefined> = []
  readonly #deferred: Array<CallMessage | undefined> = []
  #pumping = false
  #loading = false

  constructor(here: WorkEnvironment) {
    this.#here = here
  }

  /** Whether something that was begun here waits for the event loop. */
  get isRunningAsync(): boolean {
    return this.#loading || this.running.asyncCount > 0
  }

  /** Whether calls of its own queue are left for after a turn of the event loop. */
  get hasQueued(): boolean {
    return this.#queue.length > 0
  }

  /** A synchronous call for the thread's own queue. */
  push(message: CallMessage): void {
    this.#queue.push(message)
    this.#pump()
  }

  /** An asynchronous call: a blocked loop takes it up when it turns again. */
  start(message: CallMessage): void {
    if (this.#here.isBlocked()) this.#deferred.push(message)
    else this.#performAsync(message)
  }

  /** The event loop has turned. */
  resume(): void {
    if (this.#deferred.length > 0 && !this.#here.isBlocked())
      for (const message of this.#deferred.splice(0)) {
        if (message) this.start(message)
        else this.#here.life.countTaken()
      }
    if (this.#queue.length > 0) this.#pump()
  }

  /** Takes a call out of the queue before it started. */
  withdraw(from: string, id: number): boolean {
    for (const queue of [this.#queue, this.#deferred]) {
      const index = queue.findIndex((message) => message?.from === from && message.id === id)
      if (index < 0) continue
      const target = queue[index]?.target
      if (from !== this.#here.maker) queue.splice(index, 1)
      else {
        queue[index] = undefined
        if (target?.by === 'thread' && target.claim !== undefined) this.#here.claim(target.claim)
      }
      return true
    }
    return false
  }

  /** A call that a blocked frame runs, now, on top of the code that is blocked. */
  performOnFrame(message: CallMessage, { id, critical }: Frame): void {
    const { ref } = message.request
    const { registry, scopes } = this.#here
    const running = this.#begin(message)
    const before = this.#here.life.enterOnFrame(message, id)
    try {
      const fn = registry.find(ref) ?? scopes.exit(() => loadFunctionNow(ref, registry))
      this.#end(running, running.performSync(fn, critical))
    } catch (error) {
      this.#end(running, running.failed(error))
    } finally {
      this.#here.life.leaveOnFrame(before)
    }
  }

  #countTaken(from: ThreadAddress): void {
    if (from === this.#here.maker) this.#here.life.countTaken()
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      this.#here.drain()
      this.#runQueue()
    } finally {
      this.#pumping = false
    }
  }

  #runQueue(): void {
    // Blocked outside any call (a timer, a module's top level): a stranger's call must not run on top of that code.
    while (!this.#loading && this.#queue.length > 0 && !this.#here.isBlocked()) {
      if (this.#here.mustTurn()) return this.#here.turnSoon()
      const message = this.#queue.shift()
      if (!message) {
        this.#here.life.countTaken()
        continue
      }
      // Before it runs: a call that is not counted may be run by another thread when this one dies.
      this.#countTaken(message.from)
      const { target } = message
      const isOurs =
        target.by !== 'thread' || target.claim === undefined || this.#here.claim(target.claim)
      if (isOurs) this.#performNext(message)
      // All that has arrived, and only then the next call: an abort of it may be behind it.
      this.#here.drain()
    }
  }

  #performNext(message: CallMessage): void {
    const { ref } = message.request
    const fn = this.#here.registry.find(ref)
    if (fn) {
      const running = this.#begin(message)
      this.#end(running, running.performSync(fn))
      return
    }
    this.#loading = true
    const resume = (perform: (running: RunningCall) => Performed) => {
      const running = this.#begin(message)
      this.#end(running, perform(running))
      this.#loading = false
      this.#pump()
      this.#here.answered()
    }
    this.#load(message).then(
      (loaded) => resume((running) => running.performSync(loaded)),
      (error: unknown) => resume((running) => running.failed(error)),
    )
  }

  #load({ request }: CallMessage): Promise<AnyFunction> {
    return this.#here.scopes.exit(() => loadFunction(request.ref, this.#here.registry))
  }

  #begin(message: CallMessage): RunningCall {
    const running = new RunningCall(message, this.#here)
    this.running.push(running)
    return running
  }

  #end(running: RunningCall, performed: Performed): void {
    this.running.pop()
    const isMoreToCome = this.#queue.length > 0 && !this.#here.isBlocked()
    this.#here.reply(running.message, running, performed, isMoreToCome)
  }

  #performAsync(message: CallMessage): void {
    const running = new RunningCall(message, this.#here)
    this.running.addAsync(running)
    this.#countTaken(message.from)
    this.#here.started()
    const answer = (performed: Performed) => {
      this.running.removeAsync(running)
      this.#here.reply(message, running, performed, false)
      this.#here.answered()
    }
    const fn = this.#here.registry.find(message.request.ref)
    if (fn) return running.performAsync(fn, answer)
    this.#load(message).then(
      (loaded) => running.performAsync(loaded, answer),
      (error: unknown) => answer(running.failed(error)),
    )
  }
}
