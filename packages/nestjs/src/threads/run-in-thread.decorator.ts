import { SetMetadata } from '@nestjs/common'
import { RUN_IN_THREAD_METADATA } from '../syncbridge.constants.js'

/**
 * Has a method run in the threads, wherever its service is injected as usual: on the instance of the thread's own container, not
 * on the injected one. The service must be named in `SyncbridgeModule.forThreads({ services })`.
 *
 * The injected method then returns a promise. Declare that: `balance(): number | Promise<number>`.
 *
 * An instance that Nest did not make, as by `overrideProvider(…).useValue(…)` or `new`, runs the method itself.
 *
 * @example
 * ```ts
 * // ledger.service.ts
 * import { Injectable } from '@nestjs/common'
 * import { RunInThread } from '@syncbridge/nestjs'
 *
 * @Injectable()
 * export class LedgerService {
 *   @RunInThread()
 *   balance(account: string): number | Promise<number> {
 *     return account.length
 *   }
 * }
 * ```
 */
export function RunInThread(): MethodDecorator {
  return SetMetadata(RUN_IN_THREAD_METADATA, true)
}
