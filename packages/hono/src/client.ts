import type { Context } from 'hono'

/** What is used of `@hono/node-server`'s `c.env.outgoing`, a response of `node:http` or of `node:http2`. */
interface Outgoing {
  readonly destroyed?: boolean
  readonly writableFinished?: boolean
  readonly stream?: { readonly aborted: boolean; readonly rstCode?: number }
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

/**
 * Calls `onGone` when there is nobody left to answer: the client has disconnected, or something else has completed
 * the response (then `answered` is true). Returns what ends the watch, to be called when the request is over.
 *
 * On `@hono/node-server` the response itself is watched. The request's signal would do there for HTTP/1.1, but it is
 * not told of every disconnect on HTTP/2.
 */
export function watchClient(c: Context, onGone: (answered: boolean) => void): () => void {
  const outgoing = outgoingOf(c)
  if (!outgoing) return onAbort(c.req.raw.signal, () => onGone(false))
  const onClose = () => onGone(isComplete(outgoing))
  if (outgoing.destroyed) onClose()
  outgoing.once('close', onClose)
  return () => outgoing.off('close', onClose)
}

/**
 * When the response has been sent, if it is one that the handler writes to `c.env.outgoing` on its own.
 */
export function sentByHandler(c: Context): Promise<void> | undefined {
  const outgoing = outgoingOf(c)
  if (!outgoing || outgoing.destroyed || !c.res.headers.has('x-hono-already-sent')) return undefined
  return new Promise((resolve) => outgoing.once('close', resolve))
}

/** Calls back when the signal aborts, at once if it already has. Returns what ends the watch. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback()
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}

function isComplete({ stream, writableFinished }: Outgoing): boolean {
  // An HTTP/2 response knows no `writableFinished`, and says 'finish' also when its stream was reset.
  return stream ? !stream.aborted && !stream.rstCode : writableFinished === true
}

function outgoingOf(c: Context): Outgoing | undefined {
  const env: unknown = c.env
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return undefined
  return isOutgoing(env.outgoing) ? env.outgoing : undefined
}

function isOutgoing(value: unknown): value is Outgoing {
  return (
    typeof value === 'object' &&
    value !== null &&
    'once' in value &&
    typeof value.once === 'function' &&
    'off' in value &&
    typeof value.off === 'function'
  )
}
