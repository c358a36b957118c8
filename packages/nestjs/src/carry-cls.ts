import type { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'
import { carryStorage, type StorageCodec } from '@syncbridge/core'

type Store = Record<string | symbol, unknown>

/** The part of a store that can cross. */
interface Crossing {
  readonly id: unknown
  readonly values: Record<string, unknown>
}

const carried = Symbol.for('syncbridge.nestjs.cls-carried')

/**
 * Takes the store of nestjs-cls along with each call: `ClsService` then works in synchronous code on the threads as it does around the
 * call, and what is set there is there afterwards. What can't be cloned stays behind: the request, the response, proxy
 * providers.
 *
 * Call it once in the main thread, when the application is loaded; for services in threads (`forThreads`) that is enough. A module
 * whose functions are bridged by `syncToAsync` calls it at its own top level, too.
 *
 * @throws where nestjs-cls is not installed
 * @example
 * ```ts
 * // app.module.ts
 * import { Module } from '@nestjs/common'
 * import { carryCls, SyncbridgeModule } from '@syncbridge/nestjs'
 * import { ClsModule } from 'nestjs-cls'
 *
 * carryCls()
 *
 * @Module({
 *   imports: [
 *     ClsModule.forRoot({ global: true, middleware: { mount: true } }),
 *     SyncbridgeModule.forRoot({ interceptor: { mount: true } }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
export function carryCls(): void {
  // All copies of it in a thread share their storage; which one is loaded does not matter.
  const { CLS_ID, ClsServiceManager }: NestjsCls = createRequire(import.meta.url)('nestjs-cls')
  carryStorage('nestjs-cls', ClsServiceManager.getClsService().als, codecFor(CLS_ID))
  Reflect.set(globalThis, carried, true)
}

/** Whether this thread has called `carryCls()`: then the containers of the threads do, too. */
export function isClsCarried(): boolean {
  return Reflect.get(globalThis, carried) === true
}

interface NestjsCls {
  /** The id's key: a symbol, which no clone keeps. */
  readonly CLS_ID: symbol
  readonly ClsServiceManager: { getClsService(): { readonly als: AsyncLocalStorage<Store> } }
}

function codecFor(idKey: symbol): StorageCodec<Store> {
  const idOf = (id: unknown) => (id === undefined ? {} : { [idKey]: id })
  return {
    decode: (data) => {
      const { id, values } = data as Crossing
      return { ...values, ...idOf(id) }
    },
    encode: (store): Crossing => ({
      id: store[idKey],
      values: Object.fromEntries(Object.entries(store).filter(([, value]) => isCloneable(value))),
    }),
    update: (store, data) => {
      const { id, values } = data as Crossing
      for (const [key, value] of Object.entries(store))
        if (!(key in values) && isCloneable(value)) delete store[key]
      Object.assign(store, values, idOf(id))
    },
  }
}

function isCloneable(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
