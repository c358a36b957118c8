import type { Context } from 'hono'
import type { ValidationTargets } from 'hono/types'
import { readBody, refuseTooLarge, withoutFiles } from './request-body.js'
import type { SyncRequest } from './sync-request.js'

const targets: ReadonlyArray<keyof ValidationTargets> = [
  'json',
  'form',
  'query',
  'param',
  'header',
  'cookie',
]

/**
 * The request as plain data.
 *
 * @param bodyLimit Bytes of the body at most.
 * @throws HTTPException as {@link readBody} does
 */
export async function plainRequest(c: Context, bodyLimit: number): Promise<SyncRequest> {
  const { method, url } = c.req
  // Before any wait: what the parameters are depends on which handler is running.
  const params = c.req.param()
  await refuseTooLarge(c, bodyLimit)
  const valid = await validated(c)
  return {
    method,
    url,
    headers: { ...c.req.header() },
    params,
    query: c.req.query(),
    queries: c.req.queries(),
    body: valid.json ?? valid.form ?? (await readBody(c, bodyLimit)),
    valid,
  }
}

async function validated(c: Context): Promise<Record<string, unknown>> {
  const valid: Record<string, unknown> = {}
  for (const target of targets) {
    // Its type knows only the targets of a route that says which it has.
    const value: unknown = c.req.valid(target as never)
    if (value !== undefined) valid[target] = target === 'form' ? await withoutFiles(value) : value
  }
  return valid
}
