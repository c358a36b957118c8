import { randomUUID } from 'node:crypto'
import { localScope } from '@syncbridge/core'
import { served } from '../dashboard/meters.js'
import { log } from '../logging/log.js'
import { request } from '../logging/request.js'

/**
 * Serves one request under an id of its own. `serve` is told the id and how to write the access log's line, once the
 * status is known.
 */
export function inRequestScope<T>(
  { door, method, path }: { door: string; method: string; path: string },
  serve: (id: string, done: (status: number) => void) => T,
): T {
  const started = performance.now()
  return localScope(() => {
    const id = randomUUID()
    request.id = id
    const done = (status: number) => {
      const ms = performance.now() - started
      served.add(ms)
      // The id is given explicitly: whoever says that a response is done may be outside the scope by then.
      log.info('served', {
        request: id,
        door,
        method,
        path,
        status,
        ms: Math.round(ms * 10) / 10,
      })
    }
    return serve(id, done)
  })
}
