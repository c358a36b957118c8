import { SetMetadata } from '@nestjs/common'
import { SKIP_METADATA } from './syncbridge.constants.js'

/**
 * Leaves a handler, or all those of a class, without a context where `SyncbridgeInterceptor` is mounted: for health checks,
 * proxies, long-lived streams that call no bridged function. What such a handler calls all the same runs on the process's
 * shared thread.
 *
 * A context that `SyncbridgeMiddleware` has opened is there before the handler is known, and stays.
 *
 * @example
 * ```ts
 * // health.controller.ts
 * import { Controller, Get } from '@nestjs/common'
 * import { SkipBridge } from '@syncbridge/nestjs'
 * import { ping } from './database.js' // bridged by syncToAsync
 *
 * @Controller('health')
 * @SkipBridge()
 * export class HealthController {
 *   @Get()
 *   check(): Promise<string> {
 *     return ping() // on the shared thread
 *   }
 * }
 * ```
 */
export function SkipBridge(): ClassDecorator & MethodDecorator {
  return SetMetadata(SKIP_METADATA, true)
}
