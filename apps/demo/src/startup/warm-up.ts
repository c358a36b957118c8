import { availableParallelism } from 'node:os'
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { readBalance } from '../ledger/balance.js'
import { log } from '../logging/log.js'
import { hashPassword } from '../sign-in/password.js'

// The ledger has one writer at a time, so that more threads for requests would only wait for each other.
const requestThreads = 4
const poolThreads = availableParallelism()

/**
 * Starts threads before somebody waits for them. The first of each kind is awaited, and with it all that can go wrong in
 * starting one; the others would only keep the doors closed, and start one by one while the first visitors read.
 */
export async function warmUp(): Promise<void> {
  configure({ leased: { maxThreads: requestThreads }, pool: { maxThreads: poolThreads } })
  await Promise.all([startRequestThreads(1), startPoolThreads(1)])
  void startOthers().catch((error) =>
    log.debug(`The desk was closed while its threads were starting: ${error}`),
  )
}

async function startOthers(): Promise<void> {
  for (let count = 2; count <= requestThreads; count++) await startRequestThreads(count)
  for (let count = 2; count <= poolThreads; count++) await startPoolThreads(count)
}

/** As many contexts at once need as many threads. */
function startRequestThreads(count: number): Promise<unknown> {
  return Promise.all(
    Array.from({ length: count }, () => new ThreadSensitiveContext().run(() => readBalance())),
  )
}

function startPoolThreads(count: number): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, () => hashPassword('', new Uint8Array(16))))
}
