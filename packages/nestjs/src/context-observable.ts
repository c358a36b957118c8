import { ThreadSensitiveContext } from '@syncbridge/core'
import { Observable, type Subscription } from 'rxjs'
import { bindBody } from './bound-body.js'
import type { ClientWatch } from './client-watch.js'

/**
 * The Observable of a handler, subscribed to inside a new `ThreadSensitiveContext`. The context is open until the
 * handler's Observable is over and, where there is a response, until that has ended too.
 *
 * @param handle makes the handler's Observable; called inside the context
 * @param timeout milliseconds until the context is aborted
 */
export function inContext<T>(
  handle: () => Observable<T>,
  client: ClientWatch | undefined,
  timeout: number | undefined,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    const abort = new AbortController()
    const { disconnected, ended } = client ?? {}
    if (disconnected?.aborted) abort.abort(disconnected.reason)
    const onDisconnect = () => abort.abort(disconnected?.reason)
    disconnected?.addEventListener('abort', onDisconnect)
    const context = new ThreadSensitiveContext({
      signal: abort.signal,
      ...(timeout === undefined ? {} : { timeout }),
    })

    let emitted = false
    let subscription: Subscription | undefined
    const handled = () =>
      new Promise<void>((over) => {
        subscription = handle().subscribe({
          complete: () => subscriber.complete(),
          error: (error) => subscriber.error(error),
          next: (value) => {
            emitted = true
            bindBody(value)
            subscriber.next(value)
          },
        })
        subscription.add(over)
        if (subscriber.closed) subscription.unsubscribe()
      })
    context
      .run(async () => {
        await handled()
        await ended
      })
      // By then the handler's Observable is usually over, and this reaches nobody.
      .catch((error) => subscriber.error(error))
      .finally(() => disconnected?.removeEventListener('abort', onDisconnect))

    return () => {
      if (subscription?.closed === false && !emitted) {
        abort.abort(new DOMException('The result is no longer wanted', 'AbortError'))
      }
      subscription?.unsubscribe()
    }
  })
}
