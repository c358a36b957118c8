import { assertTimeout } from '../cancellation/deadline.js'
import { assertBoolean } from '../cancellation/print-given.js'
import type { FunctionRef } from '../protocol.js'
import { isAsyncFunction, isGeneratorFunction } from '../registry/async-functions.js'
import { topLevelSite } from '../registry/call-site.js'
import { printRef } from '../registry/function-ref.js'
import type { AnyFunction } from '../registry/registry.js'
import { readOptions } from '../runtime/config.js'
import { runtime } from '../runtime/runtime.js'
import { blockOnCall, blockOnHandle } from './blocking-call.js'
// In a bundle, the evaluation of this makes a thread one of ours.
import './boot-thread.js'
import { assertOptions, imitate, type NamingOptions, register } from './bridged-function.js'
import { callAtHome } from './call-at-home.js'
import { type CallOptions, callable } from './call-options.js'
import { followingThis } from './following-this.js'
import { installHandles } from './handle.js'
import type { Foreign } from './home.js'
import { iterateNow } from './remote-iterator.js'
import { applyVerb, assertFunction } from './verb.js'

/** Options of `asyncToSync`. */
export interface AsyncToSyncOptions extends NamingOptions {
  /** Runs each call on a fresh loop thread, which ends after it, even where a loop launched this code. Default false. */
  forceNewLoop?: boolean | undefined
  /** Default time for each call, in ms. Default: no limit. */
  timeout?: number | undefined
}

/** An async function, made blocking. */
export interface SyncBridged<A extends unknown[], R> {
  (...args: A): Awaited<R>
  /** The same function with options for one call, apart from its arguments. */
  with(options: CallOptions): (...args: A) => Awaited<R>
}

/** An async generator function, made a synchronous one, whose items are waited for. */
export interface SyncBridgedGenerator<A extends unknown[], Y, T, N> {
  (...args: A): Generator<Y, T, N>
  /** The same function with options for one call and each of its items, apart from its arguments. */
  with(options: CallOptions): (...args: A) => Generator<Y, T, N>
}

/** Of a function that gives an async generator; `any` and `never` are one only by name. */
export type SyncBridgedOf<A extends unknown[], R> = 0 extends 1 & R
  ? SyncBridged<A, R>
  : [Awaited<R>] extends [never]
    ? SyncBridged<A, R>
    : [Awaited<R>] extends [AsyncGenerator<infer Y, infer T, infer N>]
      ? SyncBridgedGenerator<A, Y, T, N>
      : SyncBridged<A, R>

/** What `asyncToSync` is once its options have been given. */
export interface AsyncToSyncDecorator {
  // biome-ignore lint/suspicious/noExplicitAny: with `never`, `yield` in a generator written in place would have that type, and nothing could iterate over it.
  <A extends unknown[], R extends AsyncGenerator<unknown, unknown, any>>(
    fn: (...args: A) => R | Promise<R>,
  ): SyncBridgedOf<A, R>
  <A extends unknown[], R>(fn: (...args: A) => R): SyncBridged<A, R>
  (method: (...args: never[]) => unknown, context: ClassMethodDecoratorContext): void
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void
}

/** A module whose functions have been made blocking. */
export type SyncModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] extends (
    ...args: infer A
  ) => infer R
    ? SyncBridgedOf<A, R>
    : never
}

const OPTIONS = ['forceNewLoop', 'timeout', 'module', 'name']

/**
 * Makes an async function blocking: the calling thread waits while the function runs on the loop that launched this sync
 * code, or, without one, on a loop thread of the bridge's own, which is kept warm. Behaves as asgiref's `async_to_sync`:
 * while it waits, the thread runs the thread-sensitive code that its own chain of calls sends back to it.
 *
 * To be called at the top level of a module, like `syncToAsync`.
 *
 * @param fn The async function. One that is not marked async is taken with a warning.
 * @param options `forceNewLoop` for a fresh loop thread per call; `timeout` in ms; `module` and `name` where the place
 * can't be read off the call.
 * @returns A function with the same parameters, name and own properties that returns the result itself; `.with(…)` as there.
 * @throws TypeError where `fn` is not a function, or an option is unknown.
 * @throws RegistrationError (SYNCBRIDGE_REGISTRATION) where it is not called at a module's top level.
 * @throws BlockedLoopError (SYNCBRIDGE_BLOCKED_LOOP), from a call, on a thread that runs a loop: await the function there.
 * @example
 * // prices.js
 * import { asyncToSync, syncToAsync } from '@syncbridge/core'
 * const rateOf = asyncToSync(async (currency) => {
 *   const response = await fetch(`${process.env.RATES_URL}/${currency}`)
 *   return response.json()
 * })
 * export const priceIn = syncToAsync((currency, cents) => cents * rateOf(currency))
 * // main.js
 * import { priceIn } from './prices.js'
 * console.log(await priceIn('EUR', 100))
 */
// biome-ignore lint/suspicious/noExplicitAny: with `never`, `yield` in a generator written in place would have that type, and nothing could iterate over it.
export function asyncToSync<A extends unknown[], R extends AsyncGenerator<unknown, unknown, any>>(
  fn: (...args: A) => R | Promise<R>,
  options?: AsyncToSyncOptions,
): SyncBridgedOf<A, R>
export function asyncToSync<A extends unknown[], R>(
  fn: (...args: A) => R,
  options?: AsyncToSyncOptions,
): SyncBridged<A, R>
export function asyncToSync(options: AsyncToSyncOptions): AsyncToSyncDecorator
export function asyncToSync<M extends object>(
  module: URL,
  options?: Omit<AsyncToSyncOptions, 'module' | 'name'>,
): SyncModule<M>
/**
 * As a decorator of static methods, whose `this` is then the class that they are written in: called on one that inherits them, those that
 * read `this` are refused. A decorator can't change the type of a method: in TypeScript declare both results, `number | Promise<number>`.
 */
export function asyncToSync(
  method: (...args: never[]) => unknown,
  context: ClassMethodDecoratorContext,
): void
export function asyncToSync(
  target: object,
  name: string | symbol,
  descriptor: PropertyDescriptor,
): void
export function asyncToSync(...args: unknown[]): unknown {
  return applyVerb<AsyncToSyncOptions>({ name: 'asyncToSync', checked, wrap, bridge }, args)
}

function wrap(subject: unknown, options: AsyncToSyncOptions): SyncBridged<unknown[], unknown> {
  assertFunction(subject, 'asyncToSync can only be applied to async functions')
  const fn = subject
  const handle = runtime().registry.handles.handleOf(fn)
  // It has a home, and needs no name.
  if (handle) return imitate(bridgeHandle({ handle, stub: fn }, options), fn)
  if (isAtHome(fn, options)) return imitate(bridgeHome(fn, options), fn)
  const ref = register(fn, 'asyncToSync', options)
  // Once, and not again in every thread that imports the module.
  if (!isAsyncFunction(fn) && runtime().role === 'root') {
    process.emitWarning(
      `asyncToSync was passed a function that is not marked async: ${printRef(ref)}. If it returns promises, wrap it in markAsyncFunction().`,
      { code: 'SYNCBRIDGE_NOT_ASYNC' },
    )
  }
  return imitate(bridge(ref, options, isGeneratorFunction(fn), fn), fn)
}

/** @param isGenerator Whether it is known to give a generator, which begins with its first item. */
function bridge(
  ref: FunctionRef,
  { forceNewLoop = false, timeout }: AsyncToSyncOptions,
  isGenerator = false,
  fn?: AnyFunction,
): SyncBridged<unknown[], unknown> {
  installHandles()
  if (isGenerator && forceNewLoop)
    throw new TypeError(
      `asyncToSync: ${ref.name} is a generator, which would outlive a loop that ends after the call: forceNewLoop can't be set`,
    )
  const defaults: CallOptions = timeout === undefined ? {} : { timeout }
  const call = (perCall: CallOptions, args: readonly unknown[], called: unknown) => {
    const self = followingThis(called, fn)
    return blockOnCall(self ? { ref, self } : { ref }, forceNewLoop, perCall, args)
  }
  return callable(
    defaults,
    isGenerator
      ? (perCall, args, self) => iterateNow(perCall, () => call(perCall, args, self))
      : call,
  )
}

/** Whether it has come home, and is not registered by a module that is being evaluated just now. */
function isAtHome(fn: AnyFunction, { module }: AsyncToSyncOptions): boolean {
  // First what costs nothing: the other question reads the stack.
  return runtime().registry.handles.isHome(fn) && module === undefined && !topLevelSite()
}

/** A function of this thread that was given to code which runs here. */
function bridgeHome(
  fn: AnyFunction,
  { forceNewLoop, timeout }: AsyncToSyncOptions,
): SyncBridged<unknown[], unknown> {
  if (forceNewLoop)
    throw new TypeError(
      `asyncToSync: ${fn.name} lives on this thread and runs here: forceNewLoop can't be set`,
    )
  const defaults: CallOptions = timeout === undefined ? {} : { timeout }
  return callable(defaults, (perCall, args) => callAtHome(fn, perCall, args))
}

/** A function of another thread. Where it runs is settled: on a loop of its own it could not. */
function bridgeHandle(
  foreign: Foreign,
  { forceNewLoop, timeout }: AsyncToSyncOptions,
): SyncBridged<unknown[], unknown> {
  if (forceNewLoop)
    throw new TypeError(
      `asyncToSync: ${foreign.handle.name} lives on another thread and runs there: forceNewLoop can't be set`,
    )
  const defaults: CallOptions = timeout === undefined ? {} : { timeout }
  return callable(defaults, (perCall, args) => blockOnHandle(foreign, perCall, args))
}

function checked(given: AsyncToSyncOptions): AsyncToSyncOptions {
  assertOptions('asyncToSync', given, OPTIONS)
  const options = readOptions(given, OPTIONS)
  assertTimeout(options.timeout, 'asyncToSync')
  assertBoolean(options.forceNewLoop, 'asyncToSync', 'forceNewLoop')
  return options
}
