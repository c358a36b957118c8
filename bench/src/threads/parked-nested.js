import { parentPort, workerData } from 'node:worker_threads'
import { SharedValue, TURN } from './shared-value.js'

const DONE = 0
const ASK = 1
const ASK_FOR_LEAF = 2
const LEAF_DONE = 3
const MAIN = 0
const ANSWER = 1
const INNER = 3
const AROUND = 4

const shared = new SharedValue(workerData)
const { head, number } = shared

function send(kind, value) {
  number[0] = value
  Atomics.store(head, TURN, MAIN)
  parentPort.postMessage(kind)
}

function receive() {
  for (;;) {
    const turn = Atomics.load(head, TURN)
    if (turn !== MAIN) return turn
    Atomics.wait(head, TURN, MAIN)
  }
}

function ask(kind, value) {
  send(kind, value)
  while (receive() !== ANSWER) send(LEAF_DONE, number[0] + 1)
  return number[0]
}

function inner(count) {
  for (let call = 0; call < 200; call++) ask(ASK, call)
  const start = process.hrtime.bigint()
  let sum = 0
  for (let call = 0; call < count; call++) sum += ask(ASK, call)
  const taken = Number(process.hrtime.bigint() - start)
  if (sum !== (count * (count + 1)) / 2) throw new Error(`wrong sum ${sum}`)
  return taken
}

for (;;) {
  const kind = receive()
  const value = number[0]
  if (kind === INNER) send(DONE, inner(value))
  else send(DONE, ask(kind === AROUND ? ASK : ASK_FOR_LEAF, value))
}
