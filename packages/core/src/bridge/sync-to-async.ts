import { assertTimeout } from '../cancellation/deadline.js'
import { assertBoolean } from '../cancellation/print-given.js'
import type { FunctionRef } from '../protocol.js'
import {
  isAsyncFunction,
  isGeneratorFunction,
  markAsyncFunction,
} from '../registry/async-functions.js'
import type { AnyFunction } from '../registry/registry.js'
import { readOptions } from '../runtime/config.js'
import { awaitCall } from './awaited-call.js'
// In a bundle, the evaluation of this makes a thread one of ours.
import './boot-thread.js'
import { assertOptions, imitate, type NamingOptions, register } from './bridged-function.js'
import { assertOnAbort, type CallOptions, callable } from './call-options.js'
import { assertExecutor, type Executor } from './executor.js'
import { followingThis } from './following-this.js'
import { installHandles } from './handle.js'
import type { LocalContext } from './local-context.js'
import { toldIfMissing } from './missing-export.js'
import { alsoIterable, iterateLater } from './remote-iterator.js'
import { applyVerb, assertFunction } from './verb.js'

/** Options of `syncToAsync`. */
export interface SyncToAsyncOptions extends NamingOptions {
  /** Whether the code needs its chain's one thread. Default true; false runs it on any thread of the pool. */
  threadSensitive?: boolean | undefined
  /** Default time for each call, queueing included, in ms. Default: no limit. */
  timeout?: number | undefined
  /** What becomes of running code that is given up: see `CallOptions`. Default `release`. */
  onAbort?: CallOptions['onAbort'] | undefined
  /** What runs the calls instead of the process's pool; only with `threadSensitive: false`. */
  executor?: Executor | undefined
  /** The `Local` values that the function runs with, and that keep what it changes. By default the caller's. */
  context?: LocalContext | undefined
}

/** A synchronous function, made awaitable. */
export interface AsyncBridged<A extends unknown[], R> {
  (...args: A): Promise<Awaited<R>>
  /** The same function with options for one call, apart from its arguments. */
  with(options: CallOptions): (...args: A) => Promise<Awaited<R>>
}

/** A synchronous generator function, made an async one: each item is made when it is asked for. */
export interface AsyncBridgedGenerator<A extends unknown[], Y, T, N> {
  (...args: A): AsyncGenerator<Y, T, N>
  /** The same function with options for one call and each of its items, apart from its arguments. */
  with(options: CallOptions): (...args: A) => AsyncGenerator<Y, T, N>
}

/** Of a function that gives a generator; `any` and `never` are one only by name. */
export type AsyncBridgedOf<A extends unknown[], R> = 0 extends 1 & R
  ? AsyncBridged<A, R>
  : [R] extends [never]
    ? AsyncBridged<A, R>
    : [R] extends [Generator<infer Y, infer T, infer N>]
      ? AsyncBridgedGenerator<A, Y, T, N>
      : AsyncBridged<A, R>

/** What `syncToAsync` is once its options have been given. */
export interface SyncToAsyncDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: with `never`, `yield` in a generator written in place would have that type, and nothing could iterate over it.
  <A extends unknown[], R extends Generator<unknown, unknown, any>>(
    fn: (...args: A) => R,
  ): AsyncBridgedOf<A, R>
  <A extends unknown[], R extends PromiseLike<unknown>>(
    fn: (...args: A) => R,
  ): {
    /** Why. */ readonly error: 'syncToAsync takes synchronous functions: await an async one directly'
  }
  <A extends unknown[], R>(fn: (...args: A) => R): AsyncBridged<A, R>
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext): void
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void
}

/** A module whose functions have been made awaitable. What a generator of it gives is to be awaited, or to be iterated over at once. */
export type AsyncModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] extends (
    ...args: infer A
  ) => infer R
    ? AsyncBridgedOf<A, R>
    : never
}

const OPTIONS = ['threadSensitive', 'timeout', 'onAbort', 'executor', 'context', 'module', 'name']
/** Of one call, beside those that `asyncToSync` has, too. */
const MORE = ['onAbort']

/**
 * Makes a synchronous function awaitable: it runs on a sync thread and may block there. Behaves as asgiref's
 * `sync_to_async`: by default thread-sensitive, which runs it, in order, on the thread that is blocked for this chain of
 * calls, else on the one leased by the current `ThreadSensitiveContext`, else on the process's one shared sync thread.
 *
 * To be called at the top level of a module: the thread imports that module and finds the function by its place.
 *
 * @param fn The synchronous function.
 * @param options `threadSensitive: false` runs it on the pool, in parallel; `timeout` in ms; `module` and `name` where the
 * place can't be read off the call.
 * @returns A function with the same parameters, name and own properties that returns a promise; `.with({ signal, timeout,
 * transfer })` gives options to one call.
 * @throws TypeError where `fn` is not a synchronous function, or an option is unknown.
 * @throws RegistrationError (SYNCBRIDGE_REGISTRATION) where it is not called at a module's top level.
 * @example
 * // hash.js
 * import { scryptSync } from 'node:crypto'
 * import { syncToAsync } from '@syncbridge/core'
 * export const hash = syncToAsync((password, salt) => scryptSync(password, salt, 64), { threadSensitive: false })
 * // main.js
 * import { hash } from './hash.js'
 * const keys = await Promise.all([hash('secret', 'salt'), hash('other', 'salt')]) // in parallel
 * console.log(keys.map(({ length }) => length)) // [ 64, 64 ]
 */
// biome-ignore lint/suspicious/noExplicitAny: with `never`, `yield` in a generator written in place would have that type, and nothing could iterate over it.
export function syncToAsync<A extends unknown[], R extends Generator<unknown, unknown, any>>(
  fn: (...args: A) => R,
  options?: SyncToAsyncOptions,
): AsyncBridgedOf<A, R>
/** Async functions are refused, by a `TypeError`: await them directly. The compiler shows the text of the result to whoever calls it. */
export function syncToAsync<A extends unknown[], R extends PromiseLike<unknown>>(
  fn: (...args: A) => R,
  options?: SyncToAsyncOptions,
): {
  /** Why. */ readonly error: 'syncToAsync takes synchronous functions: await an async one directly'
}
export function syncToAsync<A extends unknown[], R>(
  fn: (...args: A) => R,
  options?: SyncToAsyncOptions,
): AsyncBridged<A, R>
export function syncToAsync(options: SyncToAsyncOptions): SyncToAsyncDecorator
export function syncToAsync<M extends object>(
  module: URL,
  options?: Omit<SyncToAsyncOptions, 'module' | 'name'>,
): AsyncModule<M>
/**
 * As a decorator of static methods, whose `this` is then the class that they are written in: called on one that inherits them, those that
 * read `this` are refused. `.with(options)` can't see on which class it was asked for: what it gives runs on the class that the method is
 * written in. A decorator can't change the type of a method: in TypeScript declare both results, `number | Promise<number>`.
 */
export function syncToAsync(
  method: (...args: never[]) => unknown,
  context: ClassMethodDecoratorContext,
): void
export function syncToAsync(
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor,
): void
export function syncToAsync(...args: unknown[]): unknown {
  return applyVerb<SyncToAsyncOptions>({ name: 'syncToAsync', checked, wrap, bridge }, args)
}

function wrap(subject: unknown, options: SyncToAsyncOptions): AsyncBridged<unknown[], unknown> {
  const expected = 'syncToAsync can only be applied to sync functions'
  assertFunction(subject, expected)
  const fn = subject
  if (isAsyncFunction(fn)) {
    const { name } = fn
    throw new TypeError(
      `${expected}, and ${typeof name === 'string' && name !== '' ? name : 'this one'} is async. Await it directly; inside synchronous code, call it through asyncToSync.`,
    )
  }
  const ref = register(fn, 'syncToAsync', options)
  return imitate(bridge(ref, options, isGeneratorFunction(fn), fn), fn)
}

/** @param isGenerator Whether it is known to give a generator, which begins with its first item. */
function bridge(
  ref: FunctionRef,
  options: SyncToAsyncOptions,
  isGenerator = false,
  fn?: AnyFunction,
): AsyncBridged<unknown[], unknown> {
  installHandles()
  const placement = { threadSensitive: options.threadSensitive ?? true, executor: options.executor }
  const defaults: CallOptions = {
    ...(options.timeout !== undefined && { timeout: options.timeout }),
    ...(options.onAbort && { onAbort: options.onAbort }),
    ...(options.context && { context: options.context }),
  }
  const call = (perCall: CallOptions, args: readonly unknown[], called: unknown) => {
    try {
      const self = followingThis(called, fn)
      return awaitCall(self ? { ref, self } : { ref }, placement, perCall, args)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  const bridged = callable<unknown>(
    defaults,
    isGenerator
      ? (perCall, args, self) => iterateLater(perCall, () => call(perCall, args, self))
      : (perCall, args, self) => alsoIterable(toldIfMissing(ref, call(perCall, args, self))),
    MORE,
  )
  return markAsyncFunction(bridged as AsyncBridged<unknown[], unknown>)
}

function checked(given: SyncToAsyncOptions): SyncToAsyncOptions {
  assertOptions('syncToAsync', given, OPTIONS)
  const options = readOptions(given, OPTIONS)
  assertTimeout(options.timeout, 'syncToAsync')
  assertBoolean(options.threadSensitive, 'syncToAsync', 'threadSensitive')
  assertOnAbort(options.onAbort, 'syncToAsync')
  if (options.executor !== undefined) {
    if (options.threadSensitive !== false)
      throw new TypeError('executor must not be set when threadSensitive is true')
    assertExecutor(options.executor)
  }
  return options
}
