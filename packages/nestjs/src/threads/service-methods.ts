import type { Type } from '@nestjs/common'
import { RUN_IN_THREAD_METADATA } from '../syncbridge.constants.js'

/** What Nest itself calls: on the main thread's proxies it must find none of these. */
const LIFECYCLE = new Set([
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
])

/** The methods of a service, inherited ones included, without what Nest calls. */
export function serviceMethods(service: Type): string[] {
  const names = new Set<string>()
  for (const [name] of methodsOf(service))
    if (name !== 'constructor' && name !== 'then' && !LIFECYCLE.has(name)) names.add(name)
  return [...names]
}

/** Those of them that carry `@RunInThread()`. */
export function methodsToRunInThread(service: Type): string[] {
  const marked = new Set<string>()
  for (const [name, method] of methodsOf(service))
    if (Reflect.getMetadata(RUN_IN_THREAD_METADATA, method)) marked.add(name)
  return [...marked]
}

function* methodsOf(service: Type): Generator<[name: string, method: object]> {
  const seen = new Set<string>()
  for (
    let prototype: object | null = service.prototype;
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || seen.has(name)) continue
      seen.add(name)
      yield [name, value]
    }
  }
}
