import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** The body as JSON; refused where it is something else. */
export async function jsonOf(c: Context): Promise<unknown> {
  if (!/^application\/json\b/.test(c.req.header('content-type') ?? '')) {
    throw new HTTPException(415, { message: 'Send the body as application/json.' })
  }
  try {
    return await c.req.json()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new HTTPException(400, { message: 'The body is not valid JSON.', cause: error })
  }
}
