import { tracingChannel } from 'node:diagnostics_channel'
import type { CallEvent } from '@syncbridge/core'
import { request } from '../logging/request.js'

export type PathStep = Pick<
  CallEvent,
  'id' | 'parent' | 'function' | 'mode' | 'from' | 'thread' | 'startedAt' | 'endedAt' | 'ran'
>
/** One request's calls in the order in which they were made; times in ms since the request was sent. */
export type RequestPath = { request: string; address: string; ms: number; steps: PathStep[] }

const calls = tracingChannel<unknown, CallEvent>('syncbridge:call')
const nothing = () => {}

/** Sends a request to this very desk and listens to the bridge meanwhile: which calls it made, and where they ran. */
export async function traceRequest(address: string): Promise<RequestPath> {
  const byRequest = new Map<string, CallEvent[]>()
  const requestOf = new Map<string, string>()
  const start = (event: CallEvent) => {
    // A call made on this thread knows its request by the `Local`; one made elsewhere, by the call that it was made in.
    const id = (event.parent && requestOf.get(event.parent)) ?? request.id
    if (id === undefined) return
    requestOf.set(event.id, id)
    byRequest.set(id, [...(byRequest.get(id) ?? []), event])
  }
  const listeners = { start, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing }
  calls.subscribe(listeners)
  try {
    const sentAt = performance.timeOrigin + performance.now()
    const response = await fetch(address)
    await response.arrayBuffer()
    const ms = performance.timeOrigin + performance.now() - sentAt
    const id = response.headers.get('x-request-id') ?? ''
    const steps = (byRequest.get(id) ?? []).map((event) => stepOf(event, sentAt))
    return { request: id, address: new URL(address).pathname, ms, steps }
  } finally {
    calls.unsubscribe(listeners)
  }
}

function stepOf(event: CallEvent, sentAt: number): PathStep {
  const { id, parent, mode, from, thread, ran } = event
  return {
    id,
    parent,
    function: event.function,
    mode,
    from,
    thread,
    startedAt: event.startedAt - sentAt,
    endedAt: event.endedAt === undefined ? undefined : event.endedAt - sentAt,
    ran,
  }
}
