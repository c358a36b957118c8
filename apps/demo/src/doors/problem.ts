import { SyncBridgeError } from '@syncbridge/core'
import { DeskError, InvalidInputError } from '../desk-error.js'
import { log } from '../logging/log.js'
import { request } from '../logging/request.js'

/** What either door answers when it can't do what was asked. */
export type Problem = {
  error: {
    code: string
    message: string
    /** What is wrong with the input, by the dotted path of the field. */
    fields?: Readonly<Record<string, string>>
    /** The id to look for in the log. */
    request: string
  }
}

export type Answer = { status: number; headers: Record<string, string>; body: Problem }

/** A framework's own exception, or one that its bridge made of a full queue, a timeout or a thread's death. */
export type Refusal = { status: number; message: string }

const statuses: Readonly<Record<string, number>> = {
  EMAIL_TAKEN: 409,
  FOREIGN_REQUEST: 403,
  INVALID_INPUT: 422,
  KEY_REUSED: 409,
  LEDGER_BUSY: 503,
  LOAD_RUNNING: 409,
  RATE_MISSING: 502,
  SIGN_IN_REQUIRED: 401,
  UNBALANCED: 422,
  UNKNOWN_CUSTOMER: 422,
  UNKNOWN_INVOICE: 404,
  UNKNOWN_RUN: 404,
  UNKNOWN_USER: 404,
  WRONG_PASSWORD: 401,
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  415: 'NOT_JSON',
  503: 'BUSY',
  504: 'TIMEOUT',
}

// What a stranger is told of our own troubles; the log has the rest.
const apologies: Readonly<Record<number, string>> = {
  503: 'The desk is busy. Try again in a moment.',
  504: 'This took too long and was given up.',
}

/** The answer to an error that has reached the door; `refusal` is how the framework would put it. */
export function answerTo(error: unknown, refusal?: Refusal): Answer {
  if (error instanceof DeskError) {
    const fields = error instanceof InvalidInputError ? { fields: error.fields } : {}
    return answer(statuses[error.code] ?? 500, error.code, error.message, fields)
  }
  const status = refusal?.status ?? statusOf(error)
  if (refusal !== undefined && status < 500) {
    return answer(status, codes[status] ?? 'REFUSED', refusal.message)
  }
  // Nobody reads this answer; the access log shows what became of the request.
  if (isClientGone(error)) return answer(499, 'CLIENT_GONE', 'The client is gone.')
  log.error('could not serve', { stack: stackOf(error) })
  const apology = apologies[status] ?? 'Something went wrong on our side; the log has the details.'
  return answer(status, codes[status] ?? 'INTERNAL', apology)
}

// The bridge's own error comes here from where no interceptor translates it, such as a Nest guard.
function statusOf(error: unknown): number {
  return error instanceof SyncBridgeError && error.code === 'SYNCBRIDGE_QUEUE_FULL' ? 503 : 500
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function answer(
  status: number,
  code: string,
  message: string,
  more: { fields?: Readonly<Record<string, string>> } = {},
): Answer {
  return {
    status,
    headers: status === 503 ? { 'retry-after': '1' } : {},
    body: { error: { code, message, ...more, request: request.id } },
  }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack}${cause}`
}
