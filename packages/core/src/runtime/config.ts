import type { ResourceLimits } from 'node:worker_threads'
import { assertTimeout } from '../cancellation/deadline.js'
import type { LeaseOptions } from '../executor/lease-executor.js'
import type { PoolOptions } from '../executor/pool-executor.js'

/** Times for code that its caller has given up, in ms. Infinity: as long as it likes. */
export interface GraceOptions {
  /** After the call's timeout, or its context's. Default 1,000. */
  timeout?: number
  /** After an abort. Default 5,000. */
  abort?: number
}

/** The process's defaults, as `configure()` takes them. What is left out keeps its value. */
export interface ConfigureOptions {
  /** Sizes and limits of the shared pool (`threadSensitive: false`). */
  pool?: PoolOptions
  /** Sizes and limits of the threads that `ThreadSensitiveContext`s lease. */
  leased?: LeaseOptions
  /** How long code may run on after its caller has given it up, before its thread is ended and replaced. */
  grace?: GraceOptions
  /** How long a thread may take to come up, its setup modules included, in ms; then its calls fail. Default 30,000. */
  startTimeout?: number
  /** Modules imported, and awaited, on each thread before its first call: URLs, or paths from the working directory. */
  setup?: ReadonlyArray<string | URL>
  /** The environment of new threads. Default: a copy of the process's. */
  env?: NodeJS.ProcessEnv
  /** Node options of new threads. Default: the process's. */
  execArgv?: readonly string[]
  /** Memory limits of each new thread, in MB. */
  resourceLimits?: ResourceLimits
  /**
   * Whether a thread that waits may look for its answer for up to 0.15 ms before it sleeps, where there is more than one core.
   * It learns when that is of no use. Default true; false saves CPU time at the cost of slower calls.
   */
  spin?: boolean
}

type Group = 'pool' | 'leased' | 'grace'

/** The names of the options of `configure()`. */
export const configureOptions: readonly string[] = [
  'pool',
  'leased',
  'grace',
  'startTimeout',
  'setup',
  'env',
  'execArgv',
  'resourceLimits',
  'spin',
]
const knownOf: Readonly<Record<Group, readonly string[]>> = {
  pool: ['minThreads', 'maxThreads', 'maxQueue', 'idleTimeout'],
  leased: ['maxThreads', 'maxQueue', 'leaseTimeout', 'exitTimeout'],
  grace: ['timeout', 'abort'],
}

/** @throws TypeError naming the option that is unknown or out of range. */
export function mergeConfig(current: ConfigureOptions, change: ConfigureOptions): ConfigureOptions {
  for (const key of Object.keys(change)) {
    if (!configureOptions.includes(key))
      throw new TypeError(
        `configure: unknown option '${key}' (known: ${configureOptions.join(', ')})`,
      )
  }
  if (change.spin !== undefined && typeof change.spin !== 'boolean')
    throw new TypeError(`configure: spin must be true or false, got ${String(change.spin)}`)
  assertTimeout(change.startTimeout, 'configure', 'startTimeout')
  for (const group of ['pool', 'leased', 'grace'] as const)
    assertNumbers(group, change[group] ?? {})
  return {
    ...current,
    ...change,
    pool: { ...current.pool, ...change.pool },
    leased: { ...current.leased, ...change.leased },
    ...((current.grace || change.grace) && { grace: { ...current.grace, ...change.grace } }),
  }
}

/** @throws TypeError naming the option of a pool that is unknown or out of range. */
export function assertPoolOptions(owner: string, options: object): void {
  assertNumbers('pool', options, `${owner}: `)
}

function assertNumbers(group: Group, options: object, where = `configure: ${group}.`): void {
  for (const [key, value] of Object.entries(options)) {
    if (!knownOf[group].includes(key)) {
      throw new TypeError(`${where}${key} is not an option (known: ${knownOf[group].join(', ')})`)
    }
    const least = key === 'maxThreads' || key.endsWith('Timeout') ? 1 : 0
    if (typeof value !== 'number' || !(value >= least)) {
      throw new TypeError(
        `${where}${key} must be a number, at least ${least}, got ${String(value)}`,
      )
    }
  }
}
