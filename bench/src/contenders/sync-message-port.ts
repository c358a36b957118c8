/** By hand with the port of Dart Sass: no functions, but the nearest thing to nested calls. */
import { type MessagePort, Worker } from 'node:worker_threads'
import { SyncMessagePort } from 'sync-message-port'
import type { BlockingTask, Contender, NestedCalls } from './contender.ts'

function start(module: string, data: object = {}): SyncMessagePort {
  const { port1, port2 } = SyncMessagePort.createChannel()
  new Worker(new URL(`../threads/${module}`, import.meta.url), {
    workerData: { ...data, port: port2 },
    transferList: [port2 as MessagePort],
  })
  return new SyncMessagePort(port1)
}

function blocking(task: BlockingTask) {
  const port = start('sync-message-port.js', { task })
  return (value: unknown) => {
    port.postMessage(value)
    const reply = port.receiveMessage() as { error?: unknown; result?: unknown }
    if (reply.error) throw reply.error
    return reply.result
  }
}

type FromThread = { done: number } | { ask: number } | { askForLeaf: number }

function nested(): NestedCalls {
  const port = start('sync-message-port-nested.js')
  let settle: (value: number) => void = () => {}
  let settleLeaf: (value: number) => void = () => {}
  const leaf = (value: number) =>
    new Promise<number>((resolve) => {
      settleLeaf = resolve
      port.postMessage({ leaf: value })
    })
  const answer = async (value: number) => value + 1
  port.on('message', async (message: FromThread & { leaf?: number }) => {
    if (message.leaf !== undefined) settleLeaf(message.leaf)
    else if ('done' in message) settle(message.done)
    else if ('ask' in message) port.postMessage({ answer: await answer(message.ask) })
    else port.postMessage({ answer: await leaf(message.askForLeaf) })
  })
  const call = (kind: string) => (value: number) =>
    new Promise<number>((resolve) => {
      settle = resolve
      port.postMessage({ call: kind, value })
    })
  return { inner: call('inner'), around: call('around'), fourDeep: call('fourDeep') }
}

export const contender: Contender = { blocking, nested }
