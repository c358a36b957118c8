/** What a thread is told when it starts; read by `runtime/own-thread.ts`. */
import type { MessagePort } from 'node:worker_threads'
import type { FrameRef, ThreadAddress } from '../protocol.js'

/**
 * `shared`: all thread-sensitive code that has no better place. `pool`: code that may run in parallel. `leased`: one
 * `ThreadSensitiveContext` at a time. `loop`: async code that a blocked thread waits for.
 */
export type ThreadRole = 'shared' | 'pool' | 'leased' | 'loop'

export interface ThreadBoot {
  readonly protocol: number
  readonly address: ThreadAddress
  readonly role: ThreadRole
  /** The thread that owns the shared thread, the pool, the leases: the root of the tree. */
  readonly host: ThreadAddress
  readonly port: MessagePort
  /** The block of shared memory of this thread, and that of its maker. */
  readonly memory: SharedArrayBuffer
  readonly makerMemory: SharedArrayBuffer
  /** The rings of the channel: from the maker, and to it. */
  readonly down: SharedArrayBuffer
  readonly up: SharedArrayBuffer
  readonly entryModule: string | undefined
  /** The file that the thread was started from, as a URL. */
  readonly entry: string
  /** The frame for which this loop was started, where it was started for one. */
  readonly starter?: FrameRef | undefined
  /** Whether the thread may look for a moment before it sleeps. */
  readonly spin?: boolean | undefined
  /** Counts the threads of the tree that are awake. */
  readonly census: SharedArrayBuffer
  /** How long a module may take to load, in ms. */
  readonly startTimeout: number
  /** Modules to import before the first call. */
  readonly setup: readonly string[]
}

/** How long a thread may take to come up, and a module to load in it, in ms, where nobody says otherwise. */
export const START_TIMEOUT = 30_000

/** Under this name in `workerData`, so that a user's own Worker is never mistaken for one of ours. */
export const BOOT_KEY = 'syncbridge.boot'
