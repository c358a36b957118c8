import { workerData } from 'node:worker_threads'
import { SyncMessagePort } from 'sync-message-port'

const port = new SyncMessagePort(workerData.port)

function waitForAnswer() {
  for (;;) {
    const message = port.receiveMessage()
    if ('answer' in message) return message.answer
    port.postMessage({ leaf: message.leaf + 1 })
  }
}

function ask(value) {
  port.postMessage({ ask: value })
  return waitForAnswer()
}

const calls = {
  around: ask,
  fourDeep(value) {
    port.postMessage({ askForLeaf: value })
    return waitForAnswer()
  },
  inner(count) {
    for (let call = 0; call < 200; call++) ask(call)
    const start = process.hrtime.bigint()
    let sum = 0
    for (let call = 0; call < count; call++) sum += ask(call)
    const taken = Number(process.hrtime.bigint() - start)
    if (sum !== (count * (count + 1)) / 2) throw new Error(`wrong sum ${sum}`)
    return taken
  },
}

for (;;) {
  const { call, value } = port.receiveMessage()
  port.postMessage({ done: calls[call](value) })
}
