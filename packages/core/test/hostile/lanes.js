/** The places where a crossing happens, each with one thread, so that the next call comes to the very same. */
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { attackAwaited, attackBlocking } from './attack.js'
import * as callees from './fixtures/callees.js'
import * as callers from './fixtures/callers.js'
import { attachCounts, countsMemory } from './members/inner-calls.js'

configure({ pool: { maxThreads: 1 }, leased: { maxThreads: 1 } })

const asIs = (fn) => fn()
const inContext = (fn) => new ThreadSensitiveContext().run(fn)
/** The same object for all of its crossings: nothing of one run may be left in the next. */
const reused = new ThreadSensitiveContext({
  signal: new AbortController().signal,
  timeout: 600_000,
})
const inReused = (fn) => reused.run(fn)
/** At once, and its error as a rejection. */
const now = async (fn, ...args) => fn(...args)

/**
 * `who` tells the thread of the lane and gives a token back; `attack` makes the crossing: by `awaited` calls async code sends to
 * the lane's thread, by `blocking` ones that thread sends to the loop that waits for it.
 */
export const lanes = {
  pool: {
    enter: asIs,
    who: callees.whoOnPool,
    awaited: attackAwaited,
    blocking: callers.blockOnPool,
    attach: callees.attachOnPool,
  },
  shared: {
    enter: asIs,
    who: callees.whoSensitive,
    awaited: attackAwaited,
    blocking: callers.blockHere,
    attach: callees.attachSensitive,
  },
  lease: {
    enter: inContext,
    who: callees.whoSensitive,
    awaited: attackAwaited,
    blocking: callers.blockHere,
    attach: callees.attachSensitive,
  },
  reused: {
    enter: inReused,
    who: callees.whoSensitive,
    awaited: attackAwaited,
    blocking: callers.blockHere,
    attach: callees.attachSensitive,
  },
  /** Here the main thread blocks, and what the loop awaits runs on it. */
  loop: {
    enter: asIs,
    who: (token) => now(callees.whoLoops, token),
    awaited: (spec) => now(callers.awaitOnLoop, spec),
    blocking: (spec) => now(attackBlocking, spec),
    attach: (memory) => now(callees.attachLoop, memory),
  },
}

/** Starts every thread, and has it count the calls of hostile members in one memory. */
export async function openLanes() {
  attachCounts(countsMemory())
  for (const { enter, attach } of Object.values(lanes)) await enter(() => attach(countsMemory()))
}
