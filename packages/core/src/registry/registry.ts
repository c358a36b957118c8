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
  /** The same, of what a call need not wait for. */
  #runnable = new WeakMap<FunctionRef, AnyFunction>()
  readonly #waitsForModules: boolean
  /** Modules that have been evaluated to their end. */
  readonly #evaluated = new Set<string>()
  readonly #refs = new Map<string, FunctionRef>()
  readonly #namesakes = new Map<string, Map<string, { count: number }>>()
  readonly #evaluations = new Map<string, object>()
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #guarded = new Set<string>()
  readonly #errors = new Map<string, ErrorClass>()
  readonly #errorPlaces = new Map<ErrorClass, { module: string | undefined; ordinal: number }>()
  readonly #modules = new Map<string, object | undefined>()
  readonly #exports = new Map<string, ReadonlySet<string>>()
  readonly #awaitingExports = new Map<string, Array<(names: ReadonlySet<string>) => void>>()

  /**
   * @param waitsForModules Whether a function may be called only once its module has been evaluated to its end: in a thread that
   * imports modules for calls. The program's own modules are evaluated while they call.
   */
  constructor(handles: Handles = new Handles(), waitsForModules = false) {
    this.handles = handles
    this.#waitsForModules = waitsForModules
  }

  /** Names `fn` by its place and keeps it under that name. */
  add(site: CallSite, name: string, fn: AnyFunction): FunctionRef {
    const { module, format, line } = site
    const ordinal = this.nextOrdinal(site, name)
    const namesakes = this.#namesakesOf(module, name)
    const ref: FunctionRef = { kind: 'place', module, format, line, name, ordinal, namesakes }
    const key = keyOf(ref)
    this.noteModule(site.module)
    this.#functions.set(key, fn)
    this.#refs.set(key, ref)
    // One more of a name can make an earlier one doubtful.
    this.#found = new WeakMap()
    this.#runnable = new WeakMap()
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    for (const wake of waiting ?? []) wake()
    return ref
  }

  /** How many of that name the module has registered so far, in this evaluation of it. */
  nextOrdinal(site: Pick<CallSite, 'module' | 'evaluation'>, name: string): number {
    // Here and not in the callers: whatever a module registers first must begin its numbers anew.
    this.#noteEvaluation(site)
    const namesakes = this.#namesakesOf(site.module, name)
    namesakes.count += 1
    return namesakes.count - 1
  }

  #namesakesOf(module: string, name: string): { count: number } {
    const known = this.#namesakes.get(module) ?? new Map<string, { count: number }>()
    this.#namesakes.set(module, known)
    const namesakes = known.get(name) ?? { count: 0 }
    known.set(name, namesakes)
    return namesakes
  }

  /**
   * A module that is evaluated once more (`jest.resetModules()`, or a test runner whose files share a process) registers everything
   * from the beginning, under the same names: from then on they stand for what whoever imports the module now has.
   */
  #noteEvaluation({ module, evaluation }: Pick<CallSite, 'module' | 'evaluation'>): void {
    if (evaluation === undefined || this.#evaluations.get(module) === evaluation) return
    this.#evaluations.set(module, evaluation)
    this.#namesakes.delete(module)
    this.#modules.delete(module)
  }

  /** Keeps an export of a loaded module under its name. */
  keep(ref: FunctionRef, fn: AnyFunction): void {
    this.#functions.set(keyOf(ref), fn)
  }

  /** What has been registered under that name, also where its module is still being evaluated. */
  find(ref: FunctionRef): AnyFunction | undefined {
    const found = this.#found.get(ref)
    if (found) return found
    const fn = ref.kind === 'handle' ? this.#caller(ref) : this.#named(ref)
    if (fn) this.#found.set(ref, fn)
    return fn
  }

  /** The same, for a call that is to run. Undefined where its module must be waited for: it may await something at its top level. */
  findRunnable(ref: FunctionRef): AnyFunction | undefined {
    const known = this.#runnable.get(ref)
    if (known) return known
    const isReady =
      !this.#waitsForModules || ref.kind === 'handle' || this.#evaluated.has(ref.module)
    const fn = isReady ? this.find(ref) : undefined
    if (fn) this.#runnable.set(ref, fn)
    return fn
  }

  /** A module has been loaded. */
  noteEvaluated(module: string): void {
    this.#evaluated.add(module)
  }

  /** The first argument of a call by handle is its number. */
  #caller(ref: FunctionRef): AnyFunction {
    return (called: unknown, ...args: unknown[]) => this.handles.call(ref, called, args)
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
    return here.line === ref.line || here.namesakes?.count === ref.namesakes?.count
  }

  /**
   * Calls `wake` as soon as the function is registered, which may be long before its module has been evaluated.
   * @returns a function that calls it off: what is never registered would be waited for as long as the thread lives.
   */
  whenAdded(ref: FunctionRef, wake: () => void): () => void {
    const key = keyOf(ref)
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(wake))
    return () => {
      waiting.delete(wake)
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key)
    }
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

  /** The names of the functions that a module exports are known, here or from the thread that has loaded it. */
  noteExports(module: string, names: Iterable<string>): void {
    if (this.#exports.has(module)) return
    const known = new Set(names)
    this.#exports.set(module, known)
    const waiting = this.#awaitingExports.get(module) ?? []
    this.#awaitingExports.delete(module)
    for (const tell of waiting) tell(known)
  }

  exportsOf(module: string): ReadonlySet<string> | undefined {
    return this.#exports.get(module)
  }

  /** @param tell Called at once where they are known. */
  whenExportsKnown(module: string, tell: (names: ReadonlySet<string>) => void): void {
    const known = this.#exports.get(module)
    if (known) return tell(known)
    const waiting = this.#awaitingExports.get(module)
    if (waiting) waiting.push(tell)
    else this.#awaitingExports.set(module, [tell])
  }

  /** @param site Where it was registered; elsewhere than at a module's top level, the bare name has to do. */
  addErrorClass(Class: ErrorClass, site: CallSite | undefined): void {
    const module = site?.module
    const ordinal = site ? this.nextOrdinal(site, `class ${Class.name}`) : 0
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
