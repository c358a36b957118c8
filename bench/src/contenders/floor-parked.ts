/** A bare thread parked in Atomics.wait, the value in shared memory; nested calls wake the main thread by a message. */
import { Worker } from 'node:worker_threads'
import { SharedValue } from '../threads/shared-value.js'
import type { BlockingCall, Contender, NestedCalls } from './contender.ts'

function start(module: string, size: number): { shared: SharedValue; thread: Worker } {
  const memory = new SharedArrayBuffer(size)
  const thread = new Worker(new URL(`../threads/${module}`, import.meta.url), {
    workerData: memory,
  })
  return { shared: new SharedValue(memory), thread }
}

function blocking(): BlockingCall {
  const { shared } = start('parked.js', 65_536)
  return (value) => {
    shared.write(value)
    shared.pass(1)
    shared.await(0)
    return shared.read()
  }
}

const DONE = 0
const ASK = 1
const ASK_FOR_LEAF = 2
const LEAF_DONE = 3
const ANSWER = 1
const LEAF = 2
const CALL = { inner: 3, around: 4, fourDeep: 5 }

function nested(): NestedCalls {
  const { shared, thread } = start('parked-nested.js', 64)
  const { number } = shared
  let settle: (value: number) => void = () => {}
  let settleLeaf: (value: number) => void = () => {}
  const send = (turn: number, value: number) => {
    number[0] = value
    shared.pass(turn)
  }
  const leaf = (value: number) =>
    new Promise<number>((resolve) => {
      settleLeaf = resolve
      send(LEAF, value)
    })
  const answer = async (value: number) => value + 1
  thread.on('message', async (kind: number) => {
    const value = number[0] ?? Number.NaN
    if (kind === DONE) settle(value)
    else if (kind === ASK) send(ANSWER, await answer(value))
    else if (kind === ASK_FOR_LEAF) send(ANSWER, await leaf(value))
    else if (kind === LEAF_DONE) settleLeaf(value)
  })
  const call = (turn: number) => (value: number) =>
    new Promise<number>((resolve) => {
      settle = resolve
      send(turn, value)
    })
  return { inner: call(CALL.inner), around: call(CALL.around), fourDeep: call(CALL.fourDeep) }
}

export const contender: Contender = { blocking, nested }
