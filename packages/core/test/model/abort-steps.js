/** The two ways in which a tree gives a call up: while it waits in a queue, and when it has come to its `hold`. */
import { reasonOf } from './thrown.js'
import { LATCH } from './tree-memory.js'

/**
 * The call waits behind another one, in the same queue, and must be given up before that one is over.
 *
 * @param {(step: object, memory: object, signal?: AbortSignal) => Promise<number>} call Makes one call of the tree.
 */
export async function abortQueued(step, memory, call) {
  const controller = new AbortController()
  const first = quiet(call(step.blocker, memory))
  await Promise.race([memory.wait(step.id, LATCH.entered), first.catch(() => {})])
  const second = quiet(call(step.call, memory, controller.signal))
  controller.abort(...reasonOf(step))
  try {
    return await second
  } finally {
    openAll(step.id, memory)
    await first
  }
}

/** The call runs plainly, or is blocked, there or further down, when it is aborted. `call` as above. */
export async function abortHeld(step, memory, call) {
  const controller = new AbortController()
  const running = quiet(call(step.call, memory, controller.signal))
  const settled = running.catch(() => {})
  await Promise.race([memory.wait(step.id, LATCH.entered), settled])
  const held = memory.isOpen(step.id, LATCH.entered)
  if (held) controller.abort(...reasonOf(step))
  // Whoever the abort reaches must hear of it before anything is let go.
  if (held && step.reaches) await Promise.race([memory.wait(step.id, LATCH.noticed), settled])
  memory.open(step.id, LATCH.release)
  try {
    return await running
  } finally {
    // What was given up runs on.
    if (held && step.hold === 'sync') await memory.wait(step.id, LATCH.done)
    openAll(step.id, memory)
  }
}

function quiet(promise) {
  promise.catch(() => {})
  return promise
}

function openAll(id, memory) {
  for (const latch of Object.values(LATCH)) memory.open(id, latch)
}
