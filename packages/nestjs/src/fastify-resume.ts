import type { HttpServer } from '@nestjs/common'
import { rawResponse } from './client-watch.js'
import type { OpenContexts } from './open-contexts.js'

/** What is used of an instance of Fastify. */
interface Hookable {
  addHook(
    name: 'preValidation',
    hook: (request: unknown, reply: unknown, done: () => void) => void,
  ): unknown
}

/**
 * Has Fastify go on inside a request's context after it has read the body: what comes after that is called by the socket, outside
 * of what the middleware opened.
 */
export function resumeAfterBody(adapter: HttpServer, contexts: OpenContexts): void {
  const instance: unknown = adapter.getType?.() === 'fastify' ? adapter.getInstance() : undefined
  if (!isHookable(instance)) return
  instance.addHook('preValidation', (_request, reply, done) => {
    const open = contexts.find(rawResponse(reply))
    if (open) open.run(done)
    else done()
  })
}

function isHookable(value: unknown): value is Hookable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'addHook' in value &&
    typeof value.addHook === 'function'
  )
}
