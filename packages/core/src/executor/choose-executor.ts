/**
 * Where a `syncToAsync` call may run, best place first: one pure function, and nothing else decides. Each place may refuse
 * a call that it has not started (its frame has returned, its context has ended), and then the next one is tried, so
 * that work which outlives its frame falls outward instead of failing.
 */
import type { FrameRef } from '../protocol.js'

export type Route =
  /** A thread that is blocked for this very chain of calls. */
  | { readonly by: 'frame'; readonly frame: FrameRef }
  /** The thread that the current `ThreadSensitiveContext` leases. */
  | { readonly by: 'context'; readonly context: string }
  /** The process's one shared sync thread. */
  | { readonly by: 'shared' }
  /** Any thread of the pool. */
  | { readonly by: 'pool' }

export interface Whereabouts {
  readonly threadSensitive: boolean
  /** Blocked frames up the chain, the nearest first. */
  readonly chain: readonly FrameRef[]
  readonly context?: string | undefined
  /** The frame for which this thread's loop was started, where it was started for one. */
  readonly starter?: FrameRef | undefined
}

const POOL: readonly Route[] = Object.freeze([{ by: 'pool' }])
const SHARED: readonly Route[] = Object.freeze([{ by: 'shared' }])

export function chooseRoutes({
  threadSensitive,
  chain,
  context,
  starter,
}: Whereabouts): readonly Route[] {
  if (!threadSensitive) return POOL
  if (chain.length === 0 && context === undefined && !starter) return SHARED
  const routes: Route[] = chain.map((frame) => ({ by: 'frame', frame }))
  if (context !== undefined) routes.push({ by: 'context', context })
  if (
    starter &&
    !chain.some(({ thread, frame }) => thread === starter.thread && frame === starter.frame)
  ) {
    routes.push({ by: 'frame', frame: starter })
  }
  routes.push({ by: 'shared' })
  return routes
}
