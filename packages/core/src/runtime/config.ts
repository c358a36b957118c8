import type { ResourceLimits } from 'node:worker_threads'
import { assertTimeout } from '../cancellation/deadline.js'
import { assertBoolean, printGiven } from '../cancellation/print-given.js'
import type { LeaseOptions } from '../executor/lease-executor.js'
import type { PoolOptions } from '../executor/pool-executor.js'

/** Times for code that its caller has given up, in ms. Infinity: as long as it likes. */
export interface GraceOptions {
  /** After the call's timeout, or its context's. Default 1,000. */
  timeout?: number | undefined
  /** After an abort. Default 5,000. */
  abort?: number | undefined
}

/** The process's defaults, as `configure()` takes them. What is left out keeps its value. */
export interface ConfigureOptions {
  /** Sizes and limits of the shared pool (`threadSensitive: false`). */
  pool?: PoolOptions | undefined
  /** Sizes and limits of the threads that `ThreadSensitiveContext`s lease. */
  leased?: LeaseOptions | undefined
  /** How long code may run on after its caller has given it up, before its thread is ended and replaced. */
  grace?: GraceOptions | undefined
  /**
   * How long a thread may take to come up, its setup modules included, and how long the module of a call may take to load there, in ms;
   * then the calls that wait for it fail. Default 30,000.
   */
  startTimeout?: number | undefined
  /** Modules imported, and awaited, on each thread before its first call: URLs, or paths from the working directory. */
  setup?: ReadonlyArray<string | URL> | undefined
  /** The environment of new threads. Default: a copy of the process's. */
  env?: NodeJS.ProcessEnv | undefined
  /** Node options of new threads. Default: the process's. */
  execArgv?: readonly string[] | undefined
  /** Memory limits of each new thread, in MB. */
  resourceLimits?: ResourceLimits | undefined
  /**
   * Whether a thread that waits may look for its answer for up to 0.15 ms before it sleeps, where there is more than one core.
   * It learns when that is of no use. Default true; false saves CPU time at the cost of slower calls.
   */
  spin?: boolean | undefined
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
/** Those that Node knows. */
const LIMITS = [
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
]

/** @throws TypeError naming the option that is unknown or out of range. */
export function mergeConfig(current: ConfigureOptions, given: ConfigureOptions): ConfigureOptions {
  for (const key of Object.keys(given)) {
    if (!configureOptions.includes(key))
      throw new TypeError(
        `configure: unknown option '${key}' (known: ${configureOptions.join(', ')})`,
      )
  }
  const change = readOptions(given, configureOptions)
  assertBoolean(change.spin, 'configure', 'spin')
  assertTimeout(change.startTimeout, 'configure', 'startTimeout')
  const settings = threadSettings('configure', change)
  const grace = readNumbers('grace', change.grace)
  const pool = { ...current.pool, ...readNumbers('pool', change.pool) }
  assertSizes(pool, 'configure: pool.')
  return {
    ...current,
    ...change,
    ...settings,
    pool,
    leased: { ...current.leased, ...readNumbers('leased', change.leased) },
    ...((current.grace || change.grace) && { grace: { ...current.grace, ...grace } }),
  }
}

/**
 * The options that were given, own or inherited: one that is undefined is as good as absent. Each is read once, as a getter may give
 * another value the second time: what is checked must be what is used.
 */
export function readOptions<T extends object>(given: T, known: readonly string[]): Partial<T> {
  const read: Partial<T> = {}
  for (const name of known as ReadonlyArray<keyof T>) {
    const value = given[name]
    if (value !== undefined) read[name] = value
  }
  return read
}

/**
 * Typed, and given by code without types as well: found out only by the first thread, each call would fail with an error of our insides.
 *
 * @returns copies: what is changed in a list later has not been checked. Not of `env`, whose variables new threads get as they are then.
 * @throws TypeError naming the setting that is none.
 */
export function threadSettings(
  owner: string,
  { setup: givenSetup, execArgv: givenArgv, env, resourceLimits }: ConfigureOptions,
): Partial<ConfigureOptions> {
  const [setup, execArgv] = [copyOfList(givenSetup), copyOfList(givenArgv)]
  const isText = (value: unknown) => typeof value === 'string'
  if (setup !== undefined && !isListOf(setup, (value) => isText(value) || value instanceof URL))
    throw new TypeError(
      `${owner}: setup must be a list of URLs and paths, got ${printGiven(setup)}`,
    )
  if (execArgv !== undefined && !isListOf(execArgv, isText))
    throw new TypeError(`${owner}: execArgv must be a list of texts, got ${printGiven(execArgv)}`)
  for (const [name, value] of Object.entries({ env, resourceLimits }))
    if (value !== undefined && (typeof value !== 'object' || value === null))
      throw new TypeError(`${owner}: ${name} must be an object, got ${printGiven(value)}`)
  return withoutUndefined({
    setup: setup?.map((module) => (typeof module === 'string' ? module : new URL(module.href))),
    execArgv,
    resourceLimits: resourceLimits && readOptions(resourceLimits, LIMITS),
  })
}

function copyOfList<T>(list: T): T {
  return Array.isArray(list) ? ([...list] as T) : list
}

function isListOf(list: unknown, isOne: (value: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isOne)
}

/**
 * The sizes of a pool among the options of its owner.
 *
 * @param more Names of other options of the owner.
 * @throws TypeError naming the option that is unknown or out of range.
 */
export function poolSizes(
  owner: string,
  options: PoolOptions,
  more: readonly string[],
): PoolOptions {
  const where = `${owner}: `
  const sizes = readNumbers('pool', options, where, more)
  assertSizes(sizes, where)
  return sizes
}

/** Of a pool whose numbers are right by themselves. */
function assertSizes({ minThreads, maxThreads }: PoolOptions, where: string): void {
  if (minThreads === undefined || maxThreads === undefined || minThreads <= maxThreads) return
  throw new TypeError(
    `${where}minThreads must not be more than maxThreads, which is ${maxThreads}, got ${minThreads}`,
  )
}

function readNumbers<T extends object>(
  group: Group,
  options: T | undefined,
  where = `configure: ${group}.`,
  more: readonly string[] = [],
): Partial<T> {
  // Typed as one, and given by code without types as well.
  if (typeof (options ?? {}) !== 'object')
    throw new TypeError(
      `${where.replace(/[.:] ?$/, '')} must be an object, got ${printGiven(options)}`,
    )
  const known = knownOf[group]
  for (const key of Object.keys(options ?? {}))
    if (!known.includes(key) && !more.includes(key))
      throw new TypeError(`${where}${key} is not an option (known: ${known.join(', ')})`)
  const numbers = readOptions(options ?? ({} as T), known)
  for (const [key, value] of Object.entries(numbers)) {
    const least = key === 'maxThreads' || key.endsWith('Timeout') ? 1 : 0
    const isCount = key.endsWith('Threads') || key === 'maxQueue'
    const isOne = typeof value === 'number' && value >= least
    // Infinity stands for no limit, and has no fraction.
    if (!isOne || (isCount && Math.trunc(value) !== value)) {
      const wanted = isCount ? 'a whole number' : 'a number'
      throw new TypeError(
        `${where}${key} must be ${wanted}, at least ${least}, got ${printGiven(value)}`,
      )
    }
  }
  return numbers
}

/** To be used before what may hold undefined is spread over something else, whose value undefined would replace. */
export function withoutUndefined<T extends object>(options: T | undefined): Partial<T> {
  const given: Partial<T> = { ...options }
  for (const key of Object.keys(given) as Array<keyof T>)
    if (given[key] === undefined) delete given[key]
  return given
}
