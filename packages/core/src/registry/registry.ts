/**
 * WHO: which function a name stands for, in this thread. Filled while modules are evaluated, in every thread alike;
 * that the same module registers the same names in the same order everywhere is what lets a name cross.
 */
import type { FunctionRef } from '../protocol.js'
import type { CallSite } from './call-site.js'
import { keyOf } from './function-ref.js'
import { Handles } from './handles.js'

export type AnyFunction = (...args: never[]) => unknown
export type ErrorClass = abstract new (...args: never[]) => Error

export class Registry {
  /** Functions that have no name here, only a number. */
  readonly handles: Handles
  readonly #functions = new Map<string, AnyFunction>()
  /** What was found, by the very name that was asked for: a name that crosses often is the same object each time. */
  #found = new WeakMap<FunctionRef, AnyFunction>()
  readonly #refs = new Map<string, FunctionRef>()
  readonly #counts = new Map<string, Map<string, number>>()
  readonly #evaluations = new Map<string, object>()
  readonly #waiting = new Map<string, Array<() => void>>()
  readonly #guarded = new Set<string>()
  readonly #errors = new Map<string, ErrorClass>()
  readonly #errorPlaces = new Map<ErrorClass, { module: string | undefined; ordinal: number }>()
  readonly #modules = new Map<string, object | undefined>()

  constructor(handles: Handles = new Handles()) {
    this.handles = handles
  }

  /** Names `fn` by its place and keeps it under that name. */
  add(site: CallSite, name: string, fn: AnyFunction): FunctionRef {
    this.#noteEvaluation(site)
    const { module, format, line } = site
    const ordinal = this.nextOrdinal(module, name)
    const count = ordinal + 1
    const ref: FunctionRef = { kind: 'place', module, format, line, name, ordinal, count }
    const key = keyOf(ref)
    this.noteModule(site.module)
    this.#functions.set(key, fn)
    this.#refs.set(key, ref)
    // One more of a name can make an earlier one doubtful.
    this.#found = new WeakMap()
    for (let earlier = 0; earlier < ordinal; earlier += 1) {
      const namesake = this.#refs.get(keyOf({ ...ref, ordinal: earlier }))
      if (namesake) namesake.count = ref.count
    }
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    for (const wake of waiting ?? []) wake()
    return ref
  }

  /** How many of that name the module has registered so far. */
  nextOrdinal(module: string, name: string): number {
    const counts = this.#counts.get(module) ?? new Map<string, number>()
    this.#counts.set(module, counts)
    const ordinal = counts.get(name) ?? 0
    counts.set(name, ordinal + 1)
    return ordinal
  }

  /**
   * A module that is evaluated once more (`jest.resetModules()`, or a test runner whose files share a process) registers everything
   * from the beginning, under the same names: from then on they stand for what whoever imports the module now has.
   */
  #noteEvaluation({ module, evaluation }: CallSite): void {
    if (evaluation === undefined || this.#evaluations.get(module) === evaluation) return
    this.#evaluations.set(module, evaluation)
    this.#counts.delete(module)
    this.#modules.delete(module)
  }

  /** Keeps an export of a loaded module under its name. */
  keep(ref: FunctionRef, fn: AnyFunction): void {
    this.#functions.set(keyOf(ref), fn)
  }

  find(ref: FunctionRef): AnyFunction | undefined {
    const found = this.#found.get(ref)
    if (found) return found
    const fn = ref.kind === 'handle' ? this.#caller(ref) : this.#named(ref)
    if (fn) this.#found.set(ref, fn)
    return fn
  }

  /** The first argument of a call by handle is its number. */
  #caller(ref: FunctionRef): AnyFunction {
    return (id: number, ...args: unknown[]) => this.handles.call(ref, id, args)
  }

  #named(ref: FunctionRef): AnyFunction | undefined {
    const key = keyOf(ref)
    return this.#isSame(ref, this.#refs.get(key)) ? this.#functions.get(key) : undefined
  }

  /**
   * A module that registers one function less in this thread (`if (isMainThread)`) shifts the others of that name, and the
   * wrong one would run. Another line alone says little, as a test runner may have transformed the module on one side.
   */
  #isSame(ref: FunctionRef, here: FunctionRef | undefined): boolean {
    if (!here || here.line === undefined || ref.line === undefined) return true
    return here.line === ref.line || here.count === ref.count
  }

  /**
   * Calls `wake` as soon as the function is registered, which may be long before its module has been evaluated: a call
   * made at the top level of that module would otherwise wait for an evaluation that waits for the call.
   */
  whenAdded(ref: FunctionRef, wake: () => void): void {
    const key = keyOf(ref)
    const waiting = this.#waiting.get(key)
    if (waiting) waiting.push(wake)
    else this.#waiting.set(key, [wake])
  }

  /** The module keeps its own part inside `main()`: a thread may import it although it is the entry module. */
  guard(module: string): void {
    this.#guarded.add(module)
  }

  isGuarded(module: string): boolean {
    return this.#guarded.has(module)
  }

  /** Whether this thread has met the module: by a registration, or by loading it. */
  knowsModule(module: string): boolean {
    return this.#modules.has(module)
  }

  /** A module has been met; with its exports, where they are at hand. */
  noteModule(module: string, namespace?: object): void {
    if (namespace || !this.#modules.has(module)) this.#modules.set(module, namespace)
  }

  namespaceOf(module: string): object | undefined {
    return this.#modules.get(module)
  }

  /** @param site Where it was registered; elsewhere than at a module's top level, the bare name has to do. */
  addErrorClass(Class: ErrorClass, site: CallSite | undefined): void {
    if (site) this.#noteEvaluation(site)
    const module = site?.module
    const ordinal = module === undefined ? 0 : this.nextOrdinal(module, `class ${Class.name}`)
    this.#errors.set(errorKey({ module, name: Class.name, ordinal }), Class)
    this.#errorPlaces.set(Class, { module, ordinal })
  }

  placeOfErrorClass(
    Class: ErrorClass,
  ): { module: string | undefined; ordinal: number } | undefined {
    return this.#errorPlaces.get(Class)
  }

  findErrorClass(place: ErrorPlace): ErrorClass | undefined {
    return this.#errors.get(errorKey(place))
  }
}

interface ErrorPlace {
  readonly module?: string | undefined
  readonly name: string
  readonly ordinal?: number | undefined
}

function errorKey({ module = '', name, ordinal = 0 }: ErrorPlace): string {
  return `${module}\n${name}\n${ordinal}`
}
