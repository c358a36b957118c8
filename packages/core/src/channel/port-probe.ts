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
  const severed = isTransferred(port1) ? probe(port1) : open
  port2.close()
  return { open, severed }
}

/** Deno's ports are taken apart by the probe itself: there it must never be made on one in use, and both messages count as the same. */
function isTransferred(port: MessagePort): boolean {
  try {
    structuredClone(null, { transfer: [port] })
    return true
  } catch {
    return false
  }
}
