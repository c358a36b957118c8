/**
 * One run of a `ThreadSensitiveContext`. A request without blocking work opens a context, too, so nothing is done for it before
 * it is needed: its name, its place at the root, its timer and its listener come with its first call, or when somebody asks for its signal.
 */
import { Deadline } from '../cancellation/deadline.js'
import { Cell } from '../context/cell.js'
import type { ContextRef, OpenContext } from '../context/context-ref.js'
import type { CurrentCall, Scope } from '../context/scope.js'
import { CallTimeoutError } from '../errors.js'
import type { FrameRef, ThreadAddress, WireStorage } from '../protocol.js'
import type { Runtime } from '../runtime/runtime.js'

const NO_FRAMES: readonly FrameRef[] = []

/** What aborts a context. */
export interface AbortSources {
  /** A function gets the context, which its owner knows as more than we do here. */
  readonly signal?: AbortSignal | ((context: never) => AbortSignal)
  readonly timeout?: number
}

export interface AbortableContext extends OpenContext {
  abort(reason: unknown): void
  /** The run is over. */
  forget(run: ContextRun): void
}

/** It is the scope of the code inside, too: one object less with each request. */
export class ContextRun implements ContextRef, Scope {
  open: AbortableContext | undefined
  readonly mode = 'context'
  readonly #around: Scope | undefined
  #cell: Cell | undefined
  readonly #here: Runtime
  readonly #sources: AbortSources
  readonly #deadline: Deadline
  #id: string | undefined = undefined
  #disarm: (() => void) | undefined = undefined

  /**
   * @param before The run of the same context that began last and is still going on.
   * @param around What surrounds it: its Locals are there, and what is changed stays inside.
   */
  constructor(
    here: Runtime,
    context: AbortableContext,
    sources: AbortSources,
    public before: ContextRun | undefined,
    around: Scope | undefined,
  ) {
    this.#here = here
    this.#around = around
    this.#cell = around?.cell.fork()
    this.#sources = sources
    this.#deadline = sources.timeout === undefined ? Deadline.never : new Deadline(sources.timeout)
    this.open = context
    here.open.beginContext()
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
    if (this.open) {
      this.#here.open.addContext(id, this.open)
      void tellHost(this.#here, id, 'open')
      this.arm()
    }
    return id
  }

  /** From now on the context is aborted by its signal and at its deadline, and at once where that has been missed. */
  arm(): void {
    const { open: context } = this
    if (this.#disarm || !context) return
    let stopTimer = (): void => undefined
    let stopListening = (): void => undefined
    this.#disarm = () => {
      stopTimer()
      stopListening()
    }
    const { signal: given, timeout } = this.#sources
    const signal = typeof given === 'function' ? given(context as never) : given
    if (signal) {
      const onAbort = () => context.abort(signal.reason)
      if (signal.aborted) onAbort()
      else stopListening = this.#here.abortListeners.add(signal, onAbort)
    }
    if (timeout === undefined) return
    const expire = () =>
      context.abort(new CallTimeoutError(`The context's timeout of ${timeout} ms passed.`))
    const left = this.#deadline.remaining()
    if (left === 0) expire()
    else stopTimer = this.#here.alarms.after(left, expire)
  }

  /** @returns the last of the runs that go on without this one. */
  without(last: ContextRun | undefined): ContextRun | undefined {
    if (last === this) return this.before
    for (let run = last; run; run = run.before) {
      if (run.before === this) run.before = this.before
    }
    return last
  }

  /** @returns undefined where nothing had begun, else a promise for when the context's thread has cleaned up. */
  end(): Promise<void> | undefined {
    if (!this.open) return undefined
    this.open.forget(this)
    this.open = undefined
    this.#disarm?.()
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
