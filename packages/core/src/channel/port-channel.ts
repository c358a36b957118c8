import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Transferable,
} from 'node:worker_threads'
import type { Message } from '../protocol.js'
import type { Bell } from './bell.js'
import type { Channel } from './channel.js'

/** What keeps an event loop alive. */
export interface Anchor {
  ref(): void
  unref(): void
}

/** A channel made of a MessagePort and the other side's bell. */
export class PortChannel implements Channel {
  readonly #port: MessagePort
  readonly #peerBell: Bell
  readonly #anchor: Anchor
  #holds = 0
  #closed = false

  /**
   * @param anchor What `hold` holds. For a thread's maker it is the Worker: the port closes as soon as the thread dies, and
   * the loop would end before the `exit` event that tells of it.
   */
  constructor(port: MessagePort, peerBell: Bell, anchor: Anchor = port) {
    this.#port = port
    this.#peerBell = peerBell
    this.#anchor = anchor
  }

  post(message: Message, transfer: readonly Transferable[] = []): void {
    this.#port.postMessage(message, transfer)
    // After the post, never before: see Bell.
    this.#peerBell.ring()
  }

  take(): Message | undefined {
    return receiveMessageOnPort(this.#port)?.message
  }

  listen(receive: (message: Message) => void): void {
    this.#port.on('message', receive)
    // Listening refs the port: an idle thread would keep the process alive.
    if (this.#anchor !== this.#port || this.#holds === 0) this.#port.unref()
  }

  hold(): void {
    this.#holds += 1
    if (this.#holds === 1) this.#anchor.ref()
  }

  release(): void {
    this.#holds -= 1
    if (this.#holds === 0) this.#anchor.unref()
  }

  isSevered(): boolean {
    return this.#closed || (severedMessage !== openMessage && probe(this.#port) === severedMessage)
  }

  close(): void {
    this.#closed = true
    this.#port.close()
  }
}

/**
 * Node tells the closing of a port only by an event, which a blocked thread never sees. But naming a port twice in a
 * transfer list always fails, and fails with another message once the port is gone. Both messages are learned here.
 */
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
