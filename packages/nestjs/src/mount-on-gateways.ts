import type { NestInterceptor } from '@nestjs/common'
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js'
import type { ModulesContainer } from '@nestjs/core'

// Of @nestjs/websockets, which an application without gateways does not have.
const GATEWAY_METADATA = 'websockets:is_gateway'

/**
 * Puts an interceptor on every WebSocket gateway, or takes it off again: those that Nest calls global it leaves out there.
 *
 * @param isOurs which ones an earlier application has put on the same classes
 */
export function mountOnGateways(
  modules: ModulesContainer,
  interceptor: NestInterceptor | undefined,
  isOurs: (candidate: unknown) => boolean,
): void {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype !== 'function' || !Reflect.getMetadata(GATEWAY_METADATA, metatype))
        continue
      const known: unknown[] = Reflect.getMetadata(INTERCEPTORS_METADATA, metatype) ?? []
      const others = known.filter((candidate) => !isOurs(candidate))
      const wanted = interceptor ? [interceptor, ...others] : others
      if (wanted.length > 0 || known.length > 0)
        Reflect.defineMetadata(INTERCEPTORS_METADATA, wanted, metatype)
    }
  }
}
