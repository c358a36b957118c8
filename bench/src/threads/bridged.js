import { asyncToSync, syncToAsync, transfer } from '@syncbridge/core'
import * as tasks from './tasks.js'

export { QuotaError } from './tasks.js'

export const blocking = {
  echo: asyncToSync(tasks.echo),
  size: asyncToSync(tasks.size),
  fail: asyncToSync(tasks.fail),
}

export const awaited = {
  echoSync: syncToAsync(tasks.echoSync),
  work: syncToAsync(tasks.work),
}

export const pooled = {
  echoSync: syncToAsync(tasks.echoSync, { threadSensitive: false }),
  work: syncToAsync(tasks.work, { threadSensitive: false }),
}

/** @type {(bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>} */
const giveBack = async (bytes) => transfer(bytes, [bytes.buffer])
export const moved = asyncToSync(giveBack)

const answer = asyncToSync(async (value) => value + 1)

export const inner = syncToAsync((count) => {
  for (let call = 0; call < 200; call++) answer(call)
  const start = process.hrtime.bigint()
  let sum = 0
  for (let call = 0; call < count; call++) sum += answer(call)
  const taken = Number(process.hrtime.bigint() - start)
  if (sum !== (count * (count + 1)) / 2) throw new Error(`wrong sum ${sum}`)
  return taken
})

export const around = syncToAsync((value) => answer(value))

const leaf = syncToAsync((value) => value + 1)
const toLeaf = asyncToSync(async (value) => leaf(value))
export const fourDeep = syncToAsync((value) => toLeaf(value))
