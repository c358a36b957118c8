import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The process's resident memory in bytes, after the main thread's garbage has been collected. */
export async function resident(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let pass = 0; pass < 3; pass++) {
    await sleep(100)
    collect()
  }
  return process.memoryUsage.rss()
}
