/** The faults that a caller brings about himself; the others happen on a thread (`fixtures/strikes.js`). */
import { configure, shutdown } from '@syncbridge/core'

/** For code that would never end, in ms. */
export const TIMEOUT = 150
const SHUTDOWN_TIMEOUT = 150
/** Longer than a thread takes that is not struck. */
export const START_TIMEOUT = 1000

export const isStuck = (fault) => fault === 'endless loop' || fault === 'blocked in Atomics.wait'

/**
 * Each makes a strike. `call` gives a bridged function what makes it sensitive to the fault, `options` does the same for a context;
 * `now` strikes, and `at` is when it was or will be due; `endsThread` where the code that ran is ended with it.
 */
export const callerFaults = {
  abort: () => aborting({}),
  "abort, onAbort: 'terminate'": () => aborting({ onAbort: 'terminate' }),
  timeout() {
    const began = performance.now()
    return {
      options: { timeout: TIMEOUT },
      call: (bridged) => bridged.with({ timeout: TIMEOUT }),
      // And a moment more: nobody else is to act before it.
      now: () =>
        new Promise((resolve) => setTimeout(resolve, began + TIMEOUT + 20 - performance.now())),
      at: () => began + TIMEOUT,
      endsThread: false,
    }
  },
  shutdown() {
    let due
    return {
      options: {},
      call: (bridged) => bridged,
      async now() {
        due = performance.now() + SHUTDOWN_TIMEOUT
        await shutdown({ timeout: SHUTDOWN_TIMEOUT })
        configure()
      },
      at: () => due,
      endsThread: true,
    }
  },
}

function aborting(more) {
  const controller = new AbortController()
  let struckAt
  return {
    options: { signal: controller.signal },
    call: (bridged) => bridged.with({ signal: controller.signal, ...more }),
    now() {
      struckAt = performance.now()
      controller.abort()
    },
    at: () => struckAt,
    endsThread: more.onAbort === 'terminate',
  }
}
