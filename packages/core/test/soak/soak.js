/** The soak itself, in a process of its own: `node soak.js SECONDS SEED`. Prints how it goes on, and what it came to. */
import { configure, shutdown, stats } from '@syncbridge/core'
import { Random } from '../model/random.js'
import { Load } from './load.js'
import { Once } from './once.js'
import { measureResources } from './resources.js'

const USERS = 32
/** Memory of the system's allocator grows for as long as threads of every kind have not been there at once often enough. */
const WARM_UP_S = 60
const SAMPLE_S = 10
/** More than it held before, in MB: a leak of a few bytes a call would be more in a million calls. */
const MORE_HEAP = 4
const MORE_RSS = 150

const [seconds, seed] = process.argv.slice(2).map(Number)
const random = new Random(seed)
const once = new Once()
const load = new Load(random, once)
const options = {
  grace: { timeout: 50, abort: 1000 },
  pool: { maxThreads: 4, maxQueue: 4000, idleTimeout: 2000 },
  leased: { maxThreads: 3, maxQueue: 1000 },
  resourceLimits: { maxOldGenerationSizeMb: 32 },
}

async function runFor(duration, onSample) {
  const until = performance.now() + duration * 1000
  const timer = setInterval(onSample, SAMPLE_S * 1000).unref()
  await Promise.all(Array.from({ length: USERS }, () => load.run(() => performance.now() > until)))
  clearInterval(timer)
}

/** All threads gone: what is left then is what the process would keep for ever. */
async function rest() {
  await shutdown({ timeout: 10_000 })
  const resources = await measureResources()
  configure(options)
  return resources
}

configure(options)
const beat = () => {
  const { threads, calls } = stats()
  console.log(
    `beat ${Math.round(performance.now() / 1000)} s: ${load.made} calls, ${calls.pending} pending, ${threads.length} threads, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
  )
}
// Code that is compiled, histograms and the like are there once for all.
await runFor(Math.min(WARM_UP_S, seconds / 3), beat)
const before = await rest()
const began = performance.now()
const madeBefore = load.made
await runFor(seconds, beat)
// Before anything is ended: where whatever is lost may be.
const stuckAt = stats()
const took = (performance.now() - began) / 1000
const { calls } = stats()
const after = await rest()
const left = stats().threads.length
once.checkAll()

if (load.faults.length > 0) console.log(`beat ${JSON.stringify(stuckAt)}`)
const settled = Object.fromEntries(load.settled)
const answered = Object.values(settled).reduce((sum, count) => sum + count, 0)
const faults = [...load.faults, ...once.faults].slice(0, 20)
const must = (isMet, fault) => isMet || faults.push(fault)
must(answered === load.made, `${load.made} calls were made and ${answered} answered`)
must(calls.pending === 0, `stats(): ${calls.pending} calls are pending`)
must(
  calls.made === calls.succeeded + calls.failed,
  `stats(): ${calls.made} made, ${calls.succeeded} succeeded, ${calls.failed} failed`,
)
must(left === 0, `${left} threads are left after shutdown()`)
for (const name of ['threads', 'descriptors', 'handles', 'timers'])
  must(
    (after[name] ?? 0) <= (before[name] ?? 0),
    `${name}: ${before[name]} before, ${after[name]} after`,
  )
for (const name of ['heap', 'external', 'buffers'])
  must(
    after[name] - before[name] < MORE_HEAP,
    `${name}: ${before[name]} MB before, ${after[name]} MB after`,
  )
must(after.rss - before.rss < MORE_RSS, `rss: ${before.rss} MB before, ${after.rss} MB after`)

const made = load.made - madeBefore
console.log(
  `done ${JSON.stringify({ made, tokens: load.tokens, took, settled, stats: calls, steps: Object.fromEntries(load.steps), before, after, faults })}`,
)
await shutdown()
