import { onContextExit, syncToAsync } from '@syncbridge/core'

/** A synchronous function of the domain as the doors see it: awaited, whichever thread it runs on. */
export type Awaitable<A extends unknown[], R> = (...args: A) => Promise<Awaited<R>>

// An application of your own needs none of this file: it calls `syncToAsync` where the desk calls `sensitive` and
// `pooled`. The switch is here for one check, which measures what the same program is like without the bridge.
let bypassed = false

/** Runs every domain function on the main thread from now on, all of them on one shared connection. */
export function bypassBridge(): void {
  bypassed = true
}

/** Whether the bridge is bypassed in this process. */
export function isBypassed(): boolean {
  return bypassed
}

/** Bridges a function that must run on its request's own thread: whatever touches the ledger's connection. */
export function sensitive<A extends unknown[], R>(fn: (...args: A) => R): Awaitable<A, R> {
  return unlessBypassed(fn, syncToAsync(fn))
}

/** Bridges a function that any thread of the pool may run: pure, blocking work. */
export function pooled<A extends unknown[], R>(fn: (...args: A) => R): Awaitable<A, R> {
  return unlessBypassed(fn, syncToAsync(fn, { threadSensitive: false }))
}

/**
 * Calls `fn` on the request's thread when the request has ended, before the thread serves another; `fn` finds the
 * request's `Local`s as they are now.
 */
export function onRequestEnd(fn: () => void): void {
  if (!bypassed) onContextExit(fn)
}

function unlessBypassed<A extends unknown[], R>(
  fn: (...args: A) => R,
  bridged: Awaitable<A, R>,
): Awaitable<A, R> {
  return async (...args): Promise<Awaited<R>> =>
    bypassed ? await fn(...args) : await bridged(...args)
}
