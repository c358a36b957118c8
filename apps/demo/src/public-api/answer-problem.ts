import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Answer, answerTo } from '../doors/problem.js'

/** Every error of the public API, as JSON. */
export function answerProblem(error: Error, c: Context): Response {
  const { status, headers, body } = answerOf(error)
  return c.json(body, status as ContentfulStatusCode, headers)
}

/** The answer to an error, Hono's own refusals and those of `syncbridge()` included. */
export function answerOf(error: Error): Answer {
  return answerTo(
    error,
    error instanceof HTTPException ? { status: error.status, message: error.message } : undefined,
  )
}
