import { asyncToSync, Local, localScope, syncToAsync } from '@syncbridge/core'

export { localScope }

export const request = new Local()

/** Five keys as a web application would have them. */
export function fill(turn) {
  request.id = `request-${turn}`
  request.user = { id: turn, name: 'Ada' }
  request.tenant = `tenant-${turn % 2}`
  request.locale = turn % 2 ? 'en' : 'de'
  request.started = turn
}

let turn = 0

/** @param {number} value */
const keep = (value) => value
/** @param {number} value */
const change = (value) => {
  fill(turn++)
  return value
}

export const blocking = {
  keep: asyncToSync(async (value) => keep(value)),
  change: asyncToSync(async (value) => change(value)),
}

export const awaited = { keep: syncToAsync(keep), change: syncToAsync(change) }
