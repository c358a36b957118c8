/**
 * Node tells the closing of a port only by an event, which a blocked thread never sees. But naming a port twice in a
 * transfer list always fails, and fails with another message once the port is gone. Both messages are learned here.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'

/** Whether the other end is gone, as far as this end has noticed: reading from it makes it notice. */
export function isSevered(port: MessagePort): boolean {
  return severedMessage !== openMessage && probe(port) === severedMessage
}

function probe(port: MessagePort): string {
  try {
    structuredClone(null, { transfer: [port, port] })
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const { openMessage, severedMessage } = (() => {
  const { port1, port2 } = new MessageChannel()
  const open = probe(port1)
  // A port that was transferred is detached at once; one whose other end closed, only when the event loop turns.
  structuredClone(null, { transfer: [port1] })
  const severed = probe(port1)
  port2.close()
  return { openMessage: open, severedMessage: severed }
})()
