import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { where } from '../fixtures/basic.js'
import { Latch } from './latch.js'

export const limitLeases = (leased) => configure({ leased })
export const inContext = (fn, options) => new ThreadSensitiveContext(options).run(fn)
export const leasedThreads = () => stats().threads.filter(({ role }) => role === 'leased')

/** A context that has leased its thread and keeps it until it is told to end. */
export async function openContext() {
  const [leased, release] = [new Latch(), new Latch()]
  let thread
  const ended = inContext(async () => {
    thread = await where()
    leased.open()
    await release.wait()
  })
  await Promise.race([leased.wait(), ended])
  return {
    thread,
    async end() {
      release.open()
      await ended
    },
  }
}
