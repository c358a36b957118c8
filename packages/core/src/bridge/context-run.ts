/**
 * One run of a `ThreadSensitiveContext`. A request without blocking work opens a context, too, so nothing is done for it before
 * it is needed: its name, its place at the root, its timer and its listener come with its first call, or when somebody asks for its signal.
 */
import { Deadline } from '../cancellation/deadline.js'
import { Cell } from '../context/cell.js'
import type { ContextRef, OpenContext } from '../context/context-ref.js'
import type { Scope } from '../context/scope.js'
import { CallTimeoutError } from '../errors.js'
import type { Runtime } from '../runtime/runtime.js'

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

export class ContextRun implements ContextRef {
  open: AbortableContext | undefined
  readonly #here: Runtime
  readonly #sources: AbortSources
  readonly #deadline: Deadline
  #id: string | undefined = undefined
  #disarm: (() => void) | undefined = undefined

  /** @param before The run of the same context that began last and is still going on. */
  constructor(
    here: Runtime,
    context: AbortableContext,
    sources: AbortSources,
    public before: ContextRun | undefined,
  ) {
    this.#here = here
    this.#sources = sources
    this.#deadline = sources.timeout === undefined ? Deadline.never : new Deadline(sources.timeout)
    this.open = context
    here.open.beginContext()
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

  /** Runs a function in the context. @param around What surrounds it: its Locals are there, and what is changed stays inside. */
  inside<T>(around: Scope | undefined, fn: () => T): T {
    const scope: Scope = {
      ...around,
      mode: 'context',
      chain: around?.chain ?? [],
      context: this,
      cell: around?.cell.fork() ?? new Cell(),
    }
    return this.#here.scopes.run(scope, fn)
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
