/** What the process holds, to be compared with what it held before. */
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

/** @returns `threads` and `descriptors` only where the system tells them. */
export async function measureResources() {
  // What the first collection frees may hold more, and threads of the system end a moment after they are reported as ended.
  for (let times = 0; times < 3; times += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  return {
    heap: toMB(heapUsed),
    external: toMB(external),
    buffers: toMB(arrayBuffers),
    rss: toMB(rss),
    threads: countOf('/proc/self/task'),
    descriptors: countOf('/proc/self/fd'),
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  }
}

function toMB(bytes) {
  return Math.round(bytes / 1024 / 102.4) / 10
}

function countOf(folder) {
  try {
    return readdirSync(folder).length
  } catch {
    return undefined
  }
}
