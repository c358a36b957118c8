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
 * // ledger.test.ts
 * import { Test } from '@nestjs/testing'
 * import { getBridgedToken } from '@syncbridge/nestjs'
 * import { AppModule } from './app.module.js'
 * import { LedgerService } from './ledger.service.js'
 *
 * // An instance of the real class, in the main thread.
 * const app = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(getBridgedToken(LedgerService))
 *   .useValue(new LedgerService())
 *   .compile()
 * console.log(app.get(getBridgedToken(LedgerService)) instanceof LedgerService) // true
 * await app.close()
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
 * // ledger.service.ts
 * import { Injectable } from '@nestjs/common'
 *
 * @Injectable()
 * export class LedgerService {
 *   balance(account: string): number {
 *     return account.length
 *   }
 * }
 * // reports.ts
 * import { Injectable } from '@nestjs/common'
 * import { type Bridged, InjectBridged } from '@syncbridge/nestjs'
 * import { LedgerService } from './ledger.service.js'
 *
 * @Injectable()
 * export class Reports {
 *   constructor(@InjectBridged(LedgerService) private readonly ledger: Bridged<LedgerService>) {}
 *
 *   async total(): Promise<number> {
 *     return (await this.ledger.balance('alice')) + (await this.ledger.balance('bob'))
 *   }
 * }
 * ```
 */
export function InjectBridged(service: Type): ParameterDecorator & PropertyDecorator {
  return Inject(getBridgedToken(service))
}
