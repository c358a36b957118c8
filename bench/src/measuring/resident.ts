import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The process's resident memory in bytes, after the main thread's garbage has been collected. */
export async function resident(): Promise<number> {
  await collectGarbage()
  return process.memoryUsage.rss()
}

/**
 * The same without the room that is free in the main thread's heap. V8 doubles the part for new objects while a program makes many, up
 * to 128 MB, and keeps it: in a long run that would hide what is lost, or look like it.
 */
export async function held(): Promise<number> {
  await collectGarbage()
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return rss - (heapTotal - heapUsed)
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let pass = 0; pass < 3; pass++) {
    await sleep(100)
    collect()
  }
}
