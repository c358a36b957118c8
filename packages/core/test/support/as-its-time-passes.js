import { CallTimeoutError } from '@syncbridge/core'

/**
 * The error of a call, which is to run out of time. `act` is called once, when the error has been made and before the call's thread is told of it: to be
 * told, the error's stack is read.
 */
export async function asItsTimePasses(call, act) {
  const { prepareStackTrace } = Error
  let isOver = false
  Error.prepareStackTrace = (error, sites) => {
    if (error instanceof CallTimeoutError && !isOver) {
      isOver = true
      act()
    }
    return prepareStackTrace?.(error, sites) ?? [String(error), ...sites].join('\n    at ')
  }
  try {
    return await call().catch((error) => error)
  } finally {
    Error.prepareStackTrace = prepareStackTrace
  }
}
