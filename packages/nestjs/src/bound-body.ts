import { AsyncResource } from 'node:async_hooks'
import { Readable } from 'node:stream'
import { StreamableFile } from '@nestjs/common'

/**
 * Has a streamed body produced in the current async context. Nest reads it after the handler's Observable is done, in a
 * context of its own, so what a generator calls for its next chunk would not be part of the request.
 *
 * The body itself is changed and not wrapped: Nest gives up the streams that a handler returned and an interceptor
 * replaced.
 */
export function bindBody(body: unknown): void {
  if (body instanceof StreamableFile) bindBody(body.getStream())
  else if (body instanceof Readable) bindMethods(body, '_read')
  else if (isGenerator(body)) bindMethods(body, 'next', 'return')
}

function bindMethods(target: object, ...names: string[]): void {
  const scope = new AsyncResource('SyncbridgeBody')
  for (const name of names) {
    const method: unknown = Reflect.get(target, name)
    if (typeof method !== 'function') continue
    Object.defineProperty(target, name, {
      configurable: true,
      value: (...args: unknown[]) =>
        scope.runInAsyncScope(() => Reflect.apply(method, target, args)),
      writable: true,
    })
  }
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return (
    typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
  )
}
