/** The errors that trees throw and the reasons that they abort with, and how each is told from anything else. */
import { BlockedLoopError, registerError, SyncBridgeError } from '@syncbridge/core'
import { failure } from './outcome.js'

/** An error whose class, message, own property and cause must all arrive. */
export class TreeError extends Error {
  name = 'TreeError'
  constructor(number) {
    super(`tree error ${number}`, { cause: new RangeError(`cause ${number}`) })
    this.number = number
  }
}
registerError(TreeError)

export function errorOf({ kind, number }) {
  return kind === 'TreeError' ? new TreeError(number) : new TypeError(`type error ${number}`)
}

/** The arguments for `controller.abort`. */
export function reasonOf({ reason: { kind, number } }) {
  switch (kind) {
    case 'TreeError':
      return [new TreeError(number)]
    case 'text':
      return [`reason ${number}`]
    case 'object':
      return [{ reason: number }]
    default:
      return []
  }
}

export function outcomeOf(error) {
  const number = Number(/\d+$/.exec(typeof error === 'string' ? error : error?.message)?.[0] ?? 0)
  const isIntact =
    error instanceof TreeError &&
    error.name === 'TreeError' &&
    error.message === `tree error ${error.number}` &&
    error.cause instanceof RangeError &&
    error.cause.message === `cause ${error.number}`
  if (isIntact) return failure('TreeError', number)
  if (error instanceof TypeError && error.message === `type error ${number}`)
    return failure('TypeError', number)
  if (error instanceof BlockedLoopError) return failure('BlockedLoopError')
  if (error?.constructor === SyncBridgeError) return failure('SyncBridgeError')
  if (error instanceof DOMException && error.name === 'AbortError') return failure('AbortError')
  if (error === `reason ${number}`) return failure('text', number)
  if (Number.isInteger(error?.reason)) return failure('object', error.reason)
  return { ...failure('unexpected'), text: error?.stack ?? String(error) }
}
