import { Inject, type Type } from '@nestjs/common'
import type { AsyncModule } from '@syncbridge/core'

const key = Symbol.for('syncbridge.nestjs.bridged-token')

/**
 * A service that lives in the threads, as the main thread sees it: every method awaitable, and with `.with({ timeout, signal })` for
 * options of a single call. A generator method gives an async iterable. Fields are not there: they belong to each thread.
 */
export type Bridged<T extends object> = AsyncModule<T>

/**
 * The token of a bridged service, for `overrideProvider` in tests and for factories.
 *
 * @param service the class named in `SyncbridgeModule.forThreads({ services })`
 * @example
 * ```ts
 * import { Test } from '@nestjs/testing'
 * import { getBridgedToken } from '@syncbridge/nestjs'
 *
 * class LedgerService {
 *   balance(): number {
 *     return 0
 *   }
 * }
 *
 * // An instance of the real class, in the main thread.
 * Test.createTestingModule({})
 *   .overrideProvider(getBridgedToken(LedgerService))
 *   .useValue(new LedgerService())
 * ```
 */
export function getBridgedToken(service: Type): symbol {
  // On the class itself, not by its name: classes of one name are different services.
  if (Object.hasOwn(service, key)) return Reflect.get(service, key)
  const token = Symbol(`Bridged<${service.name}>`)
  Object.defineProperty(service, key, { value: token })
  return token
}

/**
 * Injects a service that lives in the threads.
 *
 * @param service the class named in `SyncbridgeModule.forThreads({ services })`
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common'
 * import { type Bridged, InjectBridged } from '@syncbridge/nestjs'
 *
 * class LedgerService {
 *   balance(account: string): number {
 *     return account.length
 *   }
 * }
 *
 * @Injectable()
 * export class Reports {
 *   constructor(@InjectBridged(LedgerService) private readonly ledger: Bridged<LedgerService>) {}
 *
 *   async total(): Promise<number> {
 *     return (await this.ledger.balance('a')) + (await this.ledger.balance('b'))
 *   }
 * }
 * ```
 */
export function InjectBridged(service: Type): ParameterDecorator & PropertyDecorator {
  return Inject(getBridgedToken(service))
}
