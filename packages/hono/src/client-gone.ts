/**
 * The reason of an abort because nobody is left to answer.
 *
 * An `AbortError` as everywhere, and with an answer of its own: a handler that lets it through has made no mistake, and Hono's
 * default error handler, which logs every other error, leaves one with a `getResponse` alone.
 */
export function clientGone(): DOMException {
  const reason = new DOMException('The client is gone', 'AbortError')
  const getResponse = () => new Response(null, { status: clientClosedRequest })
  return Object.defineProperty(reason, 'getResponse', { value: getResponse })
}

/** As servers have it in their logs; no client ever sees it. */
const clientClosedRequest = 499
