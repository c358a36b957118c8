/** Load on what is bound to a thread. Each answer carries a token that nobody else has, so that a swapped one is seen. */
import { setTimeout as pause } from 'node:timers/promises'
import * as kept from './fixtures/kept-work.js'
import { inContext } from './fixtures/work.js'

const EXITED = 'SYNCBRIDGE_THREAD_EXITED'
const TIMED_OUT = 'SYNCBRIDGE_CALL_TIMEOUT'
const FULL = 'SYNCBRIDGE_QUEUE_FULL'
/** More than shared memory takes. */
const MOST_LEVELS = 2000

export const keptWeights = {
  generator: 20,
  heldFunction: 20,
  droppedFunction: 20,
  collect: 0.5,
  deep: 10,
  slowModule: 5,
  givenUpWhileLoading: 3,
  leftover: 10,
}

/** @type {Record<string, (load: import('./load.js').Load) => Promise<unknown>>} */
export const keptSteps = {
  /** Reads some items and leaves, now and then without saying so. */
  async generator(load) {
    const [token, items] = [load.token(), load.random.below(6)]
    const rows = load.random.pick(kept.rows)(token)
    for (let index = 0; index < items; index += 1) {
      const item = rows.next().then(({ value }) => value)
      const { code } = await load.settles('item', item, `${token} ${index}`, EXITED, FULL)
      if (code) return
    }
    if (load.random.chance(0.9)) await load.settles('return', ended(rows), true, EXITED, FULL)
  },

  async heldFunction(load) {
    const token = load.token()
    const { value: fn } = await load.gives(
      'make',
      load.random.pick(kept.makers)(token),
      EXITED,
      FULL,
    )
    if (!fn) return
    for (let times = 0; times < 3; times += 1)
      await load.settles('held', fn(times), `${token} ${times}`, EXITED, FULL)
    if (load.random.chance(0.5)) fn[Symbol.dispose]()
  },

  /** Nobody refers to it any more when its call is in line. */
  async droppedFunction(load) {
    const token = load.token()
    const make = load.random.pick(kept.makers)
    const { value: answer } = await load.gives(
      'make',
      make(token).then((fn) => [fn(0)]),
      EXITED,
      FULL,
    )
    if (load.random.chance(0.02)) kept.collectHere()
    if (answer) await load.settles('dropped', answer[0], `${token} 0`, EXITED, FULL)
  },

  async collect(load) {
    kept.collectHere()
    await load.settles('collect', load.random.pick(kept.collectThere)(), undefined, FULL)
  },

  async deep(load) {
    const [token, levels] = [load.token(), load.random.below(MOST_LEVELS)]
    let value = load.random.chance(0.5) ? { token, when: new Date(0) } : { token }
    for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { value }
    const echoed = kept.echoDeep(undefined, 0, value).then(bottomOf)
    await load.settles('deep', echoed, `${token} below ${levels}`, FULL)
  },

  async slowModule(load) {
    const token = load.token()
    const call = load.random.pick(kept.slowModules).answer
    // The thread may be ended by an error that an earlier call has left there, while it loads the module.
    await load.runsOnce('slow module', (...at) => call(...at, token), token, EXITED, FULL)
  },

  async givenUpWhileLoading(load) {
    const token = load.token()
    const call = load.random
      .pick(kept.slowModules)
      .answer.with({ timeout: load.random.below(30) + 1 })
    await load.runsOnce('loading', (...at) => call(...at, token), token, TIMED_OUT, EXITED, FULL)
  },

  /** A timer of the context before may ring on this thread: it sees and changes nothing of this one. */
  async leftover(load) {
    const token = load.token()
    await inContext(async () => {
      await load.settles('mark', kept.mark(token, load.random.below(6)), undefined)
      await pause(load.random.below(4))
      await load.settles('own mark', kept.readMark(), token)
    })
  },
}

const ended = async (rows) => (await rows.return()).done

function bottomOf(value) {
  let levels = 0
  let at = value
  for (; at.token === undefined; levels += 1) at = Array.isArray(at) ? at[0] : at.value
  return `${at.token} below ${levels}`
}
