/** The bridged functions of a small program, in every form that it can take. */
import { asyncToSync, Local, registerError, syncToAsync } from '@syncbridge/core'
import { told } from './place.js'
import { awaitable, awaitableByName } from './wrap.js'

export class Refused extends Error {
  override name = 'Refused'
  field: string
  constructor(field: string) {
    super(`${field} is refused`)
    this.field = field
  }
}

// Only where a bundler makes it lose its module's exports; elsewhere this line is left out.
registerError(Refused)

export const sensitive = syncToAsync((name: string) => told(name))
export const pooled = syncToAsync((name: string) => told(name), { threadSensitive: false })
export const blocking = asyncToSync(async (name: string) => told(name))

// Three blocking calls deep: down in the thread, up on the loop, and each waits for the next.
export const descend: (levels: number) => Promise<string> = syncToAsync((levels: number) =>
  levels === 0 ? told('bottom') : ascend(levels),
)
const ascend: (levels: number) => string = asyncToSync(
  async (levels: number) => `${told(`level ${levels}`)}, ${await descend(levels - 1)}`,
)

export const helped = awaitable(() => told('helped'))
export const { first, second } = awaitableByName({
  first: () => told('first'),
  second: () => told('second'),
})
export const looped: Array<() => Promise<string>> = []
for (const index of [0, 1, 2]) looped.push(syncToAsync(() => told(`loop ${index}`)))

export class Ledger {
  owner = 'nobody'
  static balance = syncToAsync(() => told('static field'))
  static close(): string {
    return told('static method')
  }
}
export const closeLedger = syncToAsync(Ledger.close)

export const refuse = syncToAsync((field: string): never => {
  throw new Refused(field)
})
export const refuseBlocking = asyncToSync(async (field: string): Promise<never> => {
  throw new Refused(field)
})

export const request = new Local<{ id: string }>()
export const renameRequest = syncToAsync((id: string) => {
  const before = request.id
  request.id = id
  return before
})

export default syncToAsync(() => told('default'))
