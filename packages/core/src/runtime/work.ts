/**
 * The calls that this thread runs: its own queue of synchronous ones, in order and one at a time, and the asynchronous ones,
 * which start at once, or as soon as the thread is not blocked. Frames have queues of their own (`call/frame.ts`).
 */
import { type Frame, isMadeWithin } from '../call/frame.js'
import { type Performed, type Performer, RunningCall } from '../call/perform-call.js'
import { RunningCalls } from '../call/running-calls.js'
import type { LifeRecord } from '../channel/life-record.js'
import { inOwnTurn } from '../channel/own-turn.js'
import type { CallMessage, ThreadAddress } from '../protocol.js'
import { loadFunctionNow } from '../registry/load-function.js'
import { makerOf } from '../thread-address.js'
import { afterwards } from './afterwards.js'
import type { Loads } from './loads.js'

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
  readonly loads: Loads
  /** Whether this thread is in the middle of reading what has come. */
  isReading(): boolean
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

/** A call that waits for its module. It has not begun, and can be given up. */
interface Loading {
  readonly message: CallMessage
  /** To be called when it waits no longer. */
  readonly stop: () => void
}

type AsyncPerformance = (running: RunningCall, answer: (performed: Performed) => void) => void

export class Work {
  readonly running = new RunningCalls()
  readonly #here: WorkEnvironment
  /** One that was given up leaves its place behind: calls are counted as taken in the order in which their maker numbered them. */
  readonly #queue: Array<CallMessage | undefined> = []
  /** Asynchronous ones that have arrived: they start when all has been read, and this thread is not blocked. */
  readonly #arrived: Array<CallMessage | undefined> = []
  readonly #loading = new Set<Loading>()
  /** The one of them that the queue waits for. */
  #queueLoads: Loading | undefined
  #pumping = false
  #starting = false

  constructor(here: WorkEnvironment) {
    this.#here = here
  }

  /** Whether something that was begun here waits for the event loop. */
  get isRunningAsync(): boolean {
    return this.#here.loads.isAny || this.running.asyncCount > 0
  }

  /** Whether calls of its own queue are left for after a turn of the event loop. */
  get hasQueued(): boolean {
    return this.#queue.length > 0
  }

  /** A synchronous call for the thread's own queue. */
  push(message: CallMessage): void {
    this.#queue.push(message)
    // The call that is loaded for stands before it.
    if (this.#queueLoads && this.#isOfTopLevel(message)) this.#here.loads.noteNeeded()
    this.#pump()
  }

  /**
   * An asynchronous call. It starts when all that has come was read, as its abort may be behind it; where this thread is blocked, when its
   * event loop turns again.
   */
  start(message: CallMessage): void {
    this.#arrived.push(message)
    if (!this.#here.isReading()) this.startArrived()
  }

  startArrived(): void {
    const arrived = this.#arrived
    if (arrived.length === 0 || this.#starting) return
    this.#starting = true
    let at = 0
    try {
      // Each stays in the list until its turn: what is read while another one starts may give it up.
      for (; at < arrived.length && !this.#here.isBlocked(); at += 1) {
        const message = arrived[at]
        arrived[at] = undefined
        if (message) this.#performAsync(message)
        else this.#here.life.countTaken()
      }
    } finally {
      // Mostly all of them, and then no list is made of those that are taken out.
      if (at === arrived.length) arrived.length = 0
      else arrived.splice(0, at)
      this.#starting = false
    }
  }

  /** The event loop has turned. */
  resume(): void {
    this.startArrived()
    if (this.#queue.length > 0) this.#pump()
  }

  /** Gives up a call that has not started. One that waits for its module leaves the loading to others, and the queue goes on. */
  withdraw(from: ThreadAddress, id: number): boolean {
    const isIt = (message: CallMessage | undefined) => message?.from === from && message.id === id
    for (const loading of this.#loading)
      if (isIt(loading.message)) return this.#leaveLoading(loading)
    for (const queue of [this.#queue, this.#arrived]) {
      const index = queue.findIndex(isIt)
      const message = queue[index]
      if (!message) continue
      const { target } = message
      if (this.#isCounted(message)) queue[index] = undefined
      else queue.splice(index, 1)
      if (target.by === 'thread' && target.claim !== undefined) this.#here.claim(target.claim)
      return true
    }
    return false
  }

  /** Gives up all that a thread which has ended has in line here. @returns what that is. */
  withdrawAllOf(thread: ThreadAddress): CallMessage[] {
    const loading = [...this.#loading].map(({ message }) => message)
    const all = [...loading, ...this.#queue, ...this.#arrived]
    const ofThread = all.filter((message) => message && isMadeWithin(message, thread))
    return (ofThread as CallMessage[]).filter(({ from, id }) => this.withdraw(from, id))
  }

  /** Runs the next call of a blocked frame, now, on top of the code that is blocked. */
  performOnFrame({ id, critical, queue }: Frame): void {
    const message = queue[0]
    if (!message) return
    const { life } = this.#here
    const { ref } = message.request
    // Nothing can be waited for: a module that is being evaluated goes on when the thread is blocked no more.
    const fn = this.#here.registry.find(ref)
    const loading = fn ? undefined : this.#beginLoading(message, this.#here.loads.await(ref))
    // Nobody else answers it from here on. One that needs no loading leaves the queue when it has begun: where the stack ends before
    // that, it is refused with all that its frame has left.
    if (loading) queue.shift()
    const before = life.enterOnFrame(message, id)
    try {
      if (fn) this.#perform(message, (running) => running.performSync(fn, critical), queue)
      else if (loading) this.#loadAndPerformOnFrame(loading, critical)
    } finally {
      life.leaveOnFrame(before)
    }
  }

  #loadAndPerformOnFrame(loading: Loading, critical: Map<string, unknown>): void {
    const { message } = loading
    const { registry, scopes } = this.#here
    let perform: (running: RunningCall) => Performed
    try {
      const loaded = scopes.exit(() => loadFunctionNow(message.request.ref, registry))
      perform = (running) => running.performSync(loaded, critical)
    } catch (error) {
      perform = (running) => running.failed(error)
    }
    if (this.#mayBegin(loading)) this.#perform(message, perform)
  }

  #beginLoading(message: CallMessage, stop: () => void): Loading {
    const loading = { message, stop }
    this.#loading.add(loading)
    return loading
  }

  /** @returns true. */
  #leaveLoading(loading: Loading): true {
    this.#loading.delete(loading)
    if (this.#queueLoads === loading) this.#queueLoads = undefined
    loading.stop()
    return true
  }

  /** The module has been loaded, or could not be. @returns false where the call was given up meanwhile: it never begins then. */
  #mayBegin(loading: Loading): boolean {
    // The module's top level may have kept this thread busy: an abort would lie unread.
    this.#here.drain()
    return this.#loading.has(loading) && this.#leaveLoading(loading)
  }

  /**
   * Whether a module made it, at its top level in a thread that imports it for a call. What is being evaluated here may wait for it:
   * that very module, or one that waits for that thread.
   */
  #isOfTopLevel({ from, request: { origin, parent } }: CallMessage): boolean {
    return parent === undefined && makerOf(origin?.from ?? from) !== ''
  }

  /**
   * Whether its maker has numbered it, and expects it to be counted as taken. What a handle leads to and is async goes past the
   * maker's queue.
   */
  #isCounted({ from, request }: CallMessage): boolean {
    return from === this.#here.maker && !(request.mode === 'async' && request.ref.kind === 'handle')
  }

  #countTaken(message: CallMessage): void {
    if (this.#isCounted(message)) this.#here.life.countTaken()
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
    while (!this.#queueLoads && this.#queue.length > 0 && !this.#here.isBlocked()) {
      if (this.#here.mustTurn()) return this.#here.turnSoon()
      const message = this.#queue.shift()
      if (!message) {
        this.#here.life.countTaken()
        continue
      }
      const { target, request } = message
      const fn = this.#here.registry.findRunnable(request.ref)
      // Noted before it is counted: a call that is counted, and waits for no module, is taken for one that runs.
      const stop = fn ? undefined : this.#here.loads.await(request.ref)
      // Before it runs: a call that is not counted may be run by another thread when this one dies.
      this.#countTaken(message)
      const isOurs =
        target.by !== 'thread' || target.claim === undefined || this.#here.claim(target.claim)
      if (!isOurs) stop?.()
      else if (fn) this.#perform(message, (running) => running.performSync(fn))
      else if (stop) this.#loadAndPerform(this.#beginLoading(message, stop))
      // All that has arrived, and only then the next call: an abort of it may be behind it.
      this.#here.drain()
    }
  }

  #loadAndPerform(loading: Loading): void {
    const { message } = loading
    this.#queueLoads = loading
    const resume = (perform: (running: RunningCall) => Performed) => {
      // What comes in while it begins would be run on top of it, and before it.
      this.#pumping = true
      try {
        if (this.#mayBegin(loading)) this.#perform(message, perform)
      } finally {
        this.#pumping = false
      }
      this.#pump()
      this.#here.answered()
    }
    this.#here.loads.load(message.request.ref, this.#isOfTopLevel(message)).then(
      ({ fn }) => inOwnTurn(() => resume((running) => running.performSync(fn))),
      (error: unknown) => resume((running) => running.failed(error)),
    )
  }

  /** @param queue Of which it is the first, until it has begun. */
  #perform(
    message: CallMessage,
    perform: (running: RunningCall) => Performed,
    queue?: CallMessage[],
  ): void {
    const running = this.#begin(message)
    queue?.shift()
    let performed: Performed | undefined
    try {
      performed = perform(running)
      this.#end(running, performed)
    } catch (error) {
      // Only the end of the stack comes here. Whoever waits for the call is answered when there is more of it: to do so now takes stack, too.
      afterwards.then(() => this.#end(running, performed ?? running.failed(error)))
      throw error
    }
  }

  #begin(message: CallMessage): RunningCall {
    const running = new RunningCall(message, this.#here)
    this.running.push(running)
    return running
  }

  #end(running: RunningCall, performed: Performed): void {
    this.running.pop(running)
    const isMoreToCome = this.#queue.length > 0 && !this.#here.isBlocked()
    this.#here.reply(running.message, running, performed, isMoreToCome)
  }

  #performAsync(message: CallMessage): void {
    const { ref } = message.request
    const { loads } = this.#here
    const fn = this.#here.registry.findRunnable(ref)
    const stop = fn ? undefined : loads.awaitAsync(ref)
    this.#countTaken(message)
    this.#here.started()
    if (fn) return this.#runAsync(message, (running, answer) => running.performAsync(fn, answer))
    const loading = this.#beginLoading(message, stop as () => void)
    const resume = (perform: AsyncPerformance) => {
      if (!this.#mayBegin(loading)) return this.#here.answered()
      // As in the queue: what comes in while it begins starts after it.
      this.#starting = true
      try {
        this.#runAsync(message, perform)
      } finally {
        this.#starting = false
      }
      this.startArrived()
    }
    loads.loadInTime(ref, this.#isOfTopLevel(message)).then(
      ({ fn }) => inOwnTurn(() => resume((running, answer) => running.performAsync(fn, answer))),
      (error: unknown) => resume((running, answer) => answer(running.failed(error))),
    )
  }

  #runAsync(message: CallMessage, perform: AsyncPerformance): void {
    const running = new RunningCall(message, this.#here)
    this.running.addAsync(running)
    perform(running, (performed) => {
      this.running.removeAsync(running)
      this.#here.reply(message, running, performed, false)
      this.#here.answered()
    })
  }
}
