import { CallTimeoutError } from '../errors.js'

export function timedOut(label: string, timeout: number): CallTimeoutError {
  return new CallTimeoutError(
    `${label} did not finish within its timeout of ${timeout} ms, queueing included. Its result, if it comes, is dropped.`,
    { function: label },
  )
}
