/**
 * One run of a `ThreadSensitiveContext`. A request without blocking work opens a context, too, so nothing is done for it before
 * it is needed: its name, its place at the root, its timer and its listener come with its first call, or when somebody asks for its signal.
 */
import { callSafely } from '../call-safely.js'
import { assertSignal, reasonOf } from '../cancellation/abort-signal.js'
import { Deadline } from '../cancellation/deadline.js'
import { Cell } from '../context/cell.js'
import type { ContextRef, OpenContext } from '../context/context-ref.js'
import type { CurrentCall, Scope } from '../context/scope.js'
import { CallTimeoutError } from '../errors.js'
import type { FrameRef, ThreadAddress, WireStorage } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

const NO_FRAMES: readonly FrameRef[] = []

/** What aborts a run. */
export interface AbortSources {
  /** A function gets the context, which its owner knows as more than we do here. */
  readonly signal?: AbortSignal | ((context: never) => AbortSignal) | undefined
  readonly timeout?: number | undefined
}

/** The `ThreadSensitiveContext` that is run. It may be run again, and several times at once: only what is the same for all is its own. */
export interface ContextOwner {
  /** The run is over. */
  forget(run: ContextRun): void
}

/** It is the scope of the code inside, too: one object less with each request. */
export class ContextRun implements ContextRef, OpenContext, Scope {
  readonly mode = 'context'
  readonly owner: ContextOwner
  readonly #around: Scope | undefined
  #cell: Cell | undefined
  readonly #here: Runtime
  readonly #sources: AbortSources
  readonly #deadline: Deadline
  #controller: AbortController | undefined
  /** What was given or, where that is a function, what it has given. */
  #given: AbortSignal | undefined
  #isAbortUntold = false
  #isOver = false
  #isArmed = false
  #id: string | undefined = undefined
  #stopTimer: (() => void) | undefined = undefined
  #stopListening: (() => void) | undefined = undefined

  /**
   * @param controller Whose signal somebody has looked at before this run began.
   * @param around What surrounds it: its Locals are there, and what is changed stays inside.
   */
  constructor(
    here: Runtime,
    owner: ContextOwner,
    sources: AbortSources,
    controller: AbortController | undefined,
    around: Scope | undefined,
  ) {
    this.#here = here
    this.#around = around
    this.#cell = around?.cell.fork()
    this.#sources = sources
    this.#given = typeof sources.signal === 'object' ? sources.signal : undefined
    this.#deadline = sources.timeout === undefined ? Deadline.never : new Deadline(sources.timeout)
    this.owner = owner
    this.#controller = controller
    here.open.beginContext()
  }

  /** What a call inside must know of it, until it ends. */
  get open(): OpenContext | undefined {
    return this.#isOver ? undefined : this
  }

  get opened(): OpenContext {
    return this
  }

  get chain(): readonly FrameRef[] {
    return this.#around?.chain ?? NO_FRAMES
  }

  get loop(): ThreadAddress | undefined {
    return this.#around?.loop
  }

  get context(): ContextRef {
    return this
  }

  get singleLoop(): object | undefined {
    return this.#around?.singleLoop
  }

  get cell(): Cell {
    this.#cell ??= new Cell()
    return this.#cell
  }

  get storages(): readonly WireStorage[] | undefined {
    return this.#around?.storages
  }

  get call(): CurrentCall | undefined {
    return this.#around?.call
  }

  get id(): string {
    if (this.#id !== undefined) return this.#id
    const id = this.#here.open.nameContext(this.#here.address)
    this.#id = id
    // What outlives the context gets a name for it that stands for nothing.
    if (!this.#isOver) {
      this.#here.open.addContext(id, this)
      void tellHost(this.#here, id, 'open')
      this.#arm()
    }
    return id
  }

  /**
   * Whoever looks at it has whatever may abort the run heard from then on.
   * @throws what the function throws that gives the signal, the first time.
   */
  get signal(): AbortSignal {
    this.#arm()
    return this.#signal()
  }

  /** Made when somebody looks at the signal. */
  get controller(): AbortController | undefined {
    return this.#controller
  }

  takeAbort(): boolean {
    this.#arm()
    const untold = this.#isAbortUntold
    this.#isAbortUntold = false
    return untold
  }

  /** @throws the reason of the abort, where it has come before the run begins. */
  throwIfAborted(): void {
    // With nobody having looked, there is nothing that could have aborted but what was given.
    if (!this.#controller && !this.#given?.aborted) return
    this.signal.throwIfAborted()
  }

  #signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  #abort(reason: unknown): void {
    if (this.#signal().aborted) return
    // Before the signal: the running calls hear it, and take it off.
    this.#isAbortUntold = true
    this.#controller?.abort(reason)
  }

  /** From now on the run is aborted by its signal and at its deadline, and at once where that has been missed. */
  #arm(): void {
    if (this.#isArmed || this.#isOver) return
    this.#isArmed = true
    // The timer comes first: the function below is the user's, and may throw.
    this.#startTimer()
    const { signal: given } = this.#sources
    const signal = typeof given === 'function' ? given(this.owner as never) : given
    if (typeof given === 'function')
      assertSignal(signal, 'ThreadSensitiveContext, by the function that gives it')
    // The function may have ended the run.
    if (!signal || this.#isOver) return
    this.#given = signal
    const onAbort = () => this.#abort(reasonOf(signal))
    this.#stopListening = this.#here.abortListeners.add(signal, onAbort)
  }

  /** The end may come before we hear of an abort: where nobody has called or looked yet, or where the abort itself ends the run. */
  #hearLate(): void {
    const { timeout } = this.#sources
    const isPast = !this.#isArmed && this.#deadline.remaining() === 0
    if (timeout !== undefined && isPast) this.#expire(timeout)
    const given = this.#given
    if (!given) return
    // It may be an object of the user's.
    callSafely(() => {
      if (given.aborted) this.#abort(reasonOf(given))
    })
  }

  #startTimer(): void {
    const { timeout } = this.#sources
    if (timeout === undefined) return
    const left = this.#deadline.remaining()
    if (left === 0) this.#expire(timeout)
    else this.#stopTimer = this.#here.alarms.after(left, () => this.#expire(timeout))
  }

  #expire(timeout: number): void {
    this.#abort(new CallTimeoutError(`The context's timeout of ${timeout} ms passed.`))
  }

  /** @returns undefined where nothing had begun, else a promise for when the context's thread has cleaned up. */
  end(): Promise<void> | undefined {
    if (this.#isOver) return undefined
    // First: who hears of an abort below may end the run.
    this.#isOver = true
    this.#hearLate()
    this.owner.forget(this)
    const ending = this.#endAtRoot()
    this.#stopTimer?.()
    // Last: the signal may be an object of the user's.
    this.#stopListening?.()
    return ending
  }

  #endAtRoot(): Promise<void> | undefined {
    const id = this.#id
    if (id === undefined) return void this.#here.open.endContext()
    return this.#here.open.removeContext(id, () => tellHost(this.#here, id, 'ended'))
  }
}

/** The root leases the threads, and must know which contexts are open. Resolves, at the end, when the thread has cleaned up. */
function tellHost(here: Runtime, context: string, state: 'open' | 'ended'): Promise<void> {
  if (here.host) {
    if (state === 'ended') return new Promise((resolve) => here.host?.leases.end(context, resolve))
    here.host.leases.open(context)
    return Promise.resolve()
  }
  const { address: from, hostAddress: to } = here
  here.postOrDrop({ kind: 'context', to, from, context, state })
  return state === 'ended' ? here.open.whenOver(context) : Promise.resolve()
}
