/**
 * Node tells the closing of a port only by an event, which a blocked thread never sees. But naming a port twice in a
 * transfer list always fails, and fails with another message once the port is gone. Both messages are learned with the first question.
 */
import type { MessagePort } from 'node:worker_threads'
import { onePerThread } from '../one-per-thread.js'
import { workerThreads } from './worker-threads.js'

interface Messages {
  readonly open: string
  readonly severed: string
}

/** Whether the other end is gone, as far as this end has noticed: reading from it makes it notice. */
export function isSevered(port: MessagePort): boolean {
  const { open, severed } = onePerThread('port-messages', learn)
  return severed !== open && probe(port) === severed
}

function probe(port: MessagePort): string {
  try {
    structuredClone(null, { transfer: [port, port] })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function learn(): Messages {
  const { MessageChannel } = workerThreads()
  const { port1, port2 } = new MessageChannel()
  const open = probe(port1)
  // A port that was transferred is detached at once; one whose other end closed, only when the event loop turns.
  structuredClone(null, { transfer: [port1] })
  const severed = probe(port1)
  port2.close()
  return { open, severed }
}
