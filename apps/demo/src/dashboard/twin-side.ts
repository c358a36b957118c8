import { Meters } from './meters.js'
import type { Doors } from './twin.js'

/** In the process that a `Twin` started: says where it is and how it is doing, and ends with whoever started it. */
export function reportToMaker(doors: Doors): void {
  if (process.send === undefined) return
  const say = (said: object) => process.send?.(said)
  process.once('disconnect', () => process.exit(0))
  say({ kind: 'open', doors })
  new Meters((sample) => say({ kind: 'sample', sample })).start()
}
