import { availableParallelism } from 'node:os'
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { readBalance } from '../ledger/balance.js'
import { hashPassword } from '../sign-in/password.js'

// The ledger has one writer at a time, so that more threads for requests would only wait for each other.
const requestThreads = 4
const poolThreads = availableParallelism()

/** Starts the threads before the doors open: the first visitors would have to wait for them, all at the same time. */
export async function warmUp(): Promise<void> {
  configure({ leased: { maxThreads: requestThreads }, pool: { maxThreads: poolThreads } })
  const times = (count: number, start: () => Promise<unknown>) =>
    Array.from({ length: count }, start)
  await Promise.all([
    ...times(requestThreads, () => new ThreadSensitiveContext().run(() => readBalance())),
    ...times(poolThreads, () => hashPassword('', new Uint8Array(16))),
  ])
}
