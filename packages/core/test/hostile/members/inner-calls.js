/** Calls that hostile members make while they are read, and whether each got its own answer: counted in memory that all threads share. */
import { asyncToSync, syncToAsync } from '@syncbridge/core'

const ASKED = 0
const ANSWERED = 1
const WRONG = 2
const NEXT_TOKEN = 3
const LENGTH = 4
/**
 * A bridge may refuse to block here, and says so; and what a call takes along may make a call that takes it along, until that is refused.
 */
const REFUSALS = ['SYNCBRIDGE_BLOCKED_LOOP', 'SYNCBRIDGE_DEADLOCK', 'SYNCBRIDGE_TRANSFER']
const TIMEOUT = 4000

let counts = new Int32Array(new SharedArrayBuffer(4 * LENGTH))

export const countsMemory = () => counts.buffer
export function attachCounts(memory) {
  counts = new Int32Array(memory)
}

const echo = syncToAsync((token) => token, { timeout: TIMEOUT })
const echoBlocking = asyncToSync(async (token) => token, { timeout: TIMEOUT })

export function askAwaited() {
  const token = ask()
  echo(token).then((answer) => note(answer === token), refused)
}

export function askBlocking() {
  const token = ask()
  try {
    note(echoBlocking(token) === token)
  } catch (error) {
    refused(error)
  }
}

export function readCounts() {
  const [asked, answered, wrong] = [ASKED, ANSWERED, WRONG].map((at) => Atomics.load(counts, at))
  return { waiting: asked - answered - wrong, wrong }
}

function ask() {
  Atomics.add(counts, ASKED, 1)
  return Atomics.add(counts, NEXT_TOKEN, 1)
}
function note(isRight) {
  Atomics.add(counts, isRight ? ANSWERED : WRONG, 1)
}
function refused(error) {
  if (!REFUSALS.includes(error.code)) console.error(`an inner call failed: ${error}`)
  note(REFUSALS.includes(error.code))
}
