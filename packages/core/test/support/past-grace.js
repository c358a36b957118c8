import { channel } from 'node:diagnostics_channel'
import { stickAlone } from '../fixtures/stick-alone.js'
import { Ledger } from './latch.js'

const threads = channel('syncbridge:thread')

/**
 * Until `grace` has passed for whatever was given up before: a call that is given up after it has lost its thread for that. Twice, so
 * that there was time to do something about it as well.
 */
export async function graceHasPassed() {
  for (let times = 0; times < 2; times += 1) await endStuckThread()
}

async function endStuckThread() {
  const ended = new Set()
  let look
  const listener = ({ id, state }) => {
    if (state !== 'ended') return
    ended.add(id)
    look?.()
  }
  threads.subscribe(listener)
  try {
    const ledger = new Ledger()
    // A call that is given up before it has begun never begins.
    while (ledger.entries.length === 0)
      await stickAlone
        .with({ timeout: 50 })(ledger.memory)
        .catch(() => {})
    while (!ended.has(ledger.entries[0]))
      await new Promise((resolve) => {
        look = resolve
      })
  } finally {
    threads.unsubscribe(listener)
  }
}
