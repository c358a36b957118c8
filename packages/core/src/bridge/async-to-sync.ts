import { assertTimeout } from '../cancellation/deadline.js'
import type { FunctionRef, WireHandle } from '../protocol.js'
import { isAsyncFunction, isGeneratorFunction } from '../registry/async-functions.js'
import { printRef } from '../registry/function-ref.js'
import type { AnyFunction } from '../registry/registry.js'
import { runtime } from '../runtime/runtime.js'
import { blockOnCall, blockOnHandle } from './blocking-call.js'
// In a bundle, the evaluation of this makes a thread one of ours.
import './boot-thread.js'
import { assertOptions, imitate, type NamingOptions, register } from './bridged-function.js'
import { type CallOptions, callable } from './call-options.js'
import { installHandles } from './handle.js'
import { iterateNow } from './remote-iterator.js'
import { applyVerb } from './verb.js'

/** Options of `asyncToSync`. */
export interface AsyncToSyncOptions extends NamingOptions {
  /** Runs each call on a fresh loop thread, which ends after it, even where a loop launched this code. Default false. */
  forceNewLoop?: boolean
  /** Default time for each call, in ms. Default: no limit. */
  timeout?: number
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
  <A extends unknown[], R extends AsyncGenerator<unknown, unknown, never>>(
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
export function asyncToSync<A extends unknown[], R extends AsyncGenerator<unknown, unknown, never>>(
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
/** As a decorator of static methods, whose `this` is then their class. */
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
  if (typeof subject !== 'function')
    throw new TypeError('asyncToSync can only be applied to async functions.')
  const fn = subject as AnyFunction
  const handle = runtime().registry.handles.handleOf(fn)
  // It has a home, and needs no name.
  if (handle) return imitate(bridgeHandle(handle, options), fn)
  const ref = register(fn, 'asyncToSync', options)
  // Once, and not again in every thread that imports the module.
  if (!isAsyncFunction(fn) && runtime().role === 'root') {
    process.emitWarning(
      `asyncToSync was passed a function that is not marked async: ${printRef(ref)}. If it returns promises, wrap it in markAsyncFunction().`,
      { code: 'SYNCBRIDGE_NOT_ASYNC' },
    )
  }
  return imitate(bridge(ref, options, isGeneratorFunction(fn)), fn)
}

/** @param isGenerator Whether it is known to give a generator, which begins with its first item. */
function bridge(
  ref: FunctionRef,
  { forceNewLoop = false, timeout }: AsyncToSyncOptions,
  isGenerator = false,
): SyncBridged<unknown[], unknown> {
  installHandles()
  if (isGenerator && forceNewLoop)
    throw new TypeError(
      `asyncToSync: ${ref.name} is a generator, which would outlive a loop that ends after the call: forceNewLoop can't be set`,
    )
  const defaults: CallOptions = timeout === undefined ? {} : { timeout }
  const call = (perCall: CallOptions, args: readonly unknown[]) =>
    blockOnCall({ ref }, forceNewLoop, perCall, args)
  return callable(
    defaults,
    isGenerator ? (perCall, args) => iterateNow(perCall, () => call(perCall, args)) : call,
  )
}

/** A function of another thread. Where it runs is settled: on a loop of its own it could not. */
function bridgeHandle(
  handle: WireHandle,
  { forceNewLoop, timeout }: AsyncToSyncOptions,
): SyncBridged<unknown[], unknown> {
  if (forceNewLoop)
    throw new TypeError(
      `asyncToSync: ${handle.name} lives on another thread and runs there: forceNewLoop can't be set`,
    )
  const defaults: CallOptions = timeout === undefined ? {} : { timeout }
  return callable(defaults, (perCall, args) => blockOnHandle(handle, perCall, args))
}

function checked(options: AsyncToSyncOptions): AsyncToSyncOptions {
  assertOptions('asyncToSync', options, OPTIONS)
  assertTimeout(options.timeout, 'asyncToSync')
  return options
}
