import type { StorageCodec } from '../context/carriers.js'
import { createNamespace, type LocalStore } from '../context/local-namespace.js'
import { type AsyncLocalStorage, type Scope, scopeLike } from '../context/scope.js'
import { topLevelSite } from '../registry/call-site.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import { assertOptions } from './bridged-function.js'

/** Options of a `Local`. */
export interface LocalOptions {
  /**
   * Never crosses between threads, and is emptied when its thread changes hands: for connections and cursors. On a loop it is there
   * again in async code below sync code. Default false.
   */
  threadCritical?: boolean | undefined
}

/** Makes objects whose properties follow the chain of calls. */
export interface LocalConstructor {
  new <T extends object>(options?: LocalOptions): T
}

/**
 * Values that follow the call chain across threads, both ways, also when a call throws: a request's id, a user, a tenant.
 * Behaves as asgiref's `Local`, read and written as properties. What has never been set is undefined.
 *
 * Values are copied, as arguments are. Concurrent branches of one scope share them, the last write wins;
 * `localScope` isolates. With `threadCritical` they stay on their thread.
 *
 * Make it at the top level of a module, so that every thread knows it by its place.
 *
 * @throws TypeError where an option is unknown.
 * @example
 * // request.ts
 * import { Local, syncToAsync } from '@syncbridge/core'
 * export const request = new Local<{ id: string; user?: string }>()
 * export const signIn = syncToAsync((name: string) => {
 *   request.user = `${name}, by ${request.id}`
 * })
 * // main.ts
 * import { request, signIn } from './request.ts'
 * request.id = 'r-1'
 * await signIn('alice')
 * console.log(request.user) // alice, by r-1
 */
export const Local: LocalConstructor = class {
  constructor(options: LocalOptions = {}) {
    assertOptions('Local', options, ['threadCritical'])
    const here = runtime()
    const site = topLevelSite()
    // Made elsewhere it has no name that another thread could know, but its values still travel along and come back.
    const ordinal = here.registry.nextOrdinal(site ?? { module: here.address }, 'Local')
    const prefix = `${site?.module ?? `thread ${here.address}`} Local ${ordinal}\n`
    // biome-ignore lint/correctness/noConstructorReturn: the object is a view on the current scope, not the instance.
    return createNamespace(
      this,
      prefix,
      options.threadCritical ? criticalStore(here) : travellingStore(here),
    )
  }
} as LocalConstructor

/**
 * Runs `fn` with `Local`s of its own: they begin with the values around it, and what it changes stays inside.
 * @returns What `fn` returns; for an async `fn` the scope lasts until its promise has settled.
 * @example
 * // report.js
 * import { Local, syncToAsync } from '@syncbridge/core'
 * export const tenant = new Local()
 * export const report = syncToAsync(() => `report of ${tenant.id}`)
 * // main.js
 * import { setImmediate } from 'node:timers/promises'
 * import { localScope } from '@syncbridge/core'
 * import { report, tenant } from './report.js'
 * const reportOf = (id) => localScope(async () => {
 *   tenant.id = id
 *   await setImmediate() // others set theirs meanwhile
 *   return report()
 * })
 * console.log(await Promise.all([reportOf('a'), reportOf('b')])) // [ 'report of a', 'report of b' ]
 */
export function localScope<T>(fn: () => T): T {
  const { scopes } = runtime()
  const scope = scopes.ensure()
  return scopes.run(scopeLike(scope, { cell: scope.cell.fork() }), fn)
}

const nothing: ReadonlyMap<string, unknown> = new Map()

function travellingStore({ scopes }: Runtime): LocalStore {
  return {
    read: () => scopes.current()?.cell.values ?? nothing,
    set: (key, value) => scopes.ensure().cell.set(key, value),
    delete: (key) => scopes.current()?.cell.delete(key),
  }
}

/**
 * As in asgiref. In sync code on a sync thread: the whole thread's, or where the thread is leased, those of the context that leases it.
 * On a loop: the scope's own, which code that comes back to this loop along the chain of calls shares. Sync code that runs on a frame of
 * a loop's thread has those of the code that is blocked there.
 */
function criticalStore(here: Runtime): LocalStore {
  const isSyncThread = here.role !== 'root' && here.role !== 'loop'
  const ofThread = (scope: Scope | undefined) => {
    if (!isSyncThread || (scope && scope.mode !== 'sync' && scope.mode !== 'open')) return undefined
    return here.leased ? scope?.context?.critical : here.critical
  }
  const values = () => ofThread(here.scopes.current()) ?? here.scopes.ensure().cell.critical
  return {
    read: values,
    set: (key, value) => void values().set(key, value),
    delete: (key) => void values().delete(key),
  }
}

/**
 * Takes an `AsyncLocalStorage` that belongs to somebody else along with each call: its store goes over by value, and what the
 * call changes in a plain object or a Map comes back into the caller's own object. Call it at the top level of a module that
 * every thread imports.
 *
 * @param name What the storage is called in every thread.
 * @param storage The storage.
 * @param codec How its store crosses, where it can't be cloned as it is.
 * @throws TypeError where `storage` is not an AsyncLocalStorage.
 * @example
 * // session.js
 * import { AsyncLocalStorage } from 'node:async_hooks'
 * import { carryStorage, syncToAsync } from '@syncbridge/core'
 * export const session = new AsyncLocalStorage()
 * carryStorage('session', session)
 * export const greet = syncToAsync(() => `hello ${session.getStore().user}`)
 * // main.js
 * import { greet, session } from './session.js'
 * console.log(await session.run({ user: 'alice' }, greet)) // hello alice
 */
export function carryStorage<S>(
  name: string,
  storage: AsyncLocalStorage<S>,
  codec?: StorageCodec<S>,
): void {
  if (typeof storage?.getStore !== 'function' || typeof storage.run !== 'function') {
    throw new TypeError(`carryStorage('${name}'): expected an AsyncLocalStorage`)
  }
  runtime().carriers.add(name, storage, codec)
}
