import { SetMetadata } from '@nestjs/common'
import { TIMEOUT_METADATA } from './syncbridge.constants.js'

/**
 * How long a handler may take, in place of `interceptor.timeout`: then its context is aborted, and a call that is waited for
 * becomes a 504. On a class for all its handlers; one on a method goes before it.
 *
 * Has an effect where `SyncbridgeInterceptor` has.
 *
 * @param ms milliseconds
 * @throws TypeError where that is not a positive number
 * @example
 * ```ts
 * // reports.controller.ts
 * import { Controller, Get } from '@nestjs/common'
 * import { Timeout } from '@syncbridge/nestjs'
 * import { render } from './render.js' // bridged by syncToAsync
 *
 * @Controller('reports')
 * @Timeout(1_000)
 * export class ReportsController {
 *   @Get('daily')
 *   daily(): Promise<string> {
 *     return render('daily')
 *   }
 *
 *   @Get('yearly')
 *   @Timeout(60_000)
 *   yearly(): Promise<string> {
 *     return render('yearly')
 *   }
 * }
 * ```
 */
export function Timeout(ms: number): ClassDecorator & MethodDecorator {
  if (!Number.isFinite(ms) || ms <= 0) {
    throw new TypeError(`@Timeout() needs a positive number of milliseconds, not ${String(ms)}`)
  }
  return SetMetadata(TIMEOUT_METADATA, ms)
}
