/** Calls everything and says what came back; whoever started it compares. */
import { localScope, main } from '@syncbridge/core'
import * as again from './again.js'
import { area, areaThroughLoop } from './by-url.js'
import * as calls from './calls.js'

function thrownBy(fn: () => unknown): unknown {
  try {
    return fn()
  } catch (error) {
    return error
  }
}

main(async () => {
  const results: Record<string, unknown> = {
    blocking: calls.blocking('blocking'),
    sensitive: await calls.sensitive('sensitive'),
    blockingError: thrownBy(() => calls.refuseBlocking('amount')) instanceof calls.Refused,
    pooled: await calls.pooled('pooled'),
    nested: await calls.descend(3),
    helped: await calls.helped(),
    byName: [await calls.first?.(), await calls.second?.()],
    looped: await Promise.all(calls.looped.map((fn) => fn())),
    static: [await calls.Ledger.balance(), await calls.closeLedger()],
    default: await calls.default(),
    again: [await again.again(), await again.renamed?.(), await again.Ledger.balance()],
    byUrl: [await area(6, 7), await areaThroughLoop(6, 7)],
    error: await calls.refuse('amount').catch((error: unknown) => {
      const refused = error instanceof calls.Refused
      return refused && [error.name, error.message, error.field]
    }),
    local: await localScope(async () => {
      calls.request.id = 'mine'
      return [await calls.renameRequest('theirs'), calls.request.id]
    }),
  }
  console.log(JSON.stringify(results))
})
