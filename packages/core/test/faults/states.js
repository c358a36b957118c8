/** What a call can be in the middle of when a fault strikes: each state by its name. */
import { configure, ThreadSensitiveContext } from '@syncbridge/core'
import { Latch, Ledger } from '../support/latch.js'
import { callerFaults, isStuck, START_TIMEOUT, TIMEOUT } from './faults.js'
import * as calls from './fixtures/strikes.js'

const setup = new URL('./fixtures/setup.js', import.meta.url)
const inContext = (fn, options) => new ThreadSensitiveContext(options).run(fn)

/** Code that nothing but a timeout ends has one. */
const limited = (fault, bridged) => (isStuck(fault) ? bridged.with({ timeout: TIMEOUT }) : bridged)
const next = async (answerOf) => ({ next: await answerOf(calls.whoAmI()) })

export const states = {
  /** Behind the call that is struck, on the same thread. */
  async queued(fault, answerOf) {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    if (fault in callerFaults) {
      const ahead = calls.holdHere(entered.memory, release.memory)
      await entered.wait()
      const strike = callerFaults[fault]()
      const victim = strike.call(calls.write)(ledger.memory, 1)
      const answers = [answerOf(ahead, strike.at), answerOf(victim, strike.at)]
      await strike.now()
      const second = await answers[1]
      release.open()
      const first = await answers[0]
      return { ahead: first, victim: second, ...(await next(answerOf)), ran: ledger.entries }
    }
    const ahead =
      fault === 'syntax error at load'
        ? calls.callBroken()
        : limited(fault, calls.strikeHereWhen)(fault, entered.memory, release.memory)
    if (fault !== 'syntax error at load') await entered.wait()
    const victim = calls.write(ledger.memory, 1)
    release.open()
    const began = performance.now()
    const [first, second] = await Promise.all([
      answerOf(ahead, () => began),
      answerOf(victim, () => began),
    ])
    return { struck: first, victim: second, ...(await next(answerOf)), ran: ledger.entries }
  },

  async running(fault, answerOf) {
    const [entered, release] = [new Latch(), new Latch()]
    if (!(fault in callerFaults)) {
      const call =
        fault === 'syntax error at load' ? calls.callBroken : limited(fault, calls.strikeHere)
      return { victim: await answerOf(call(fault, entered.memory)), ...(await next(answerOf)) }
    }
    const strike = callerFaults[fault]()
    const answer = answerOf(strike.call(calls.holdHere)(entered.memory, release.memory), strike.at)
    await entered.wait()
    await strike.now()
    const settled = await answer
    if (!strike.endsThread) release.open()
    return { victim: settled, ...(await next(answerOf)) }
  },

  /** In `asyncToSync`: this very thread, below a loop that is struck; or a thread below this loop, where the caller strikes. */
  async blocked(fault, answerOf) {
    const entered = new Latch()
    if (fault in callerFaults) {
      const strike = callerFaults[fault]()
      const answer = answerOf(strike.call(calls.blockHere)(entered.memory), strike.at)
      await entered.wait()
      await strike.now()
      return { victim: await answer, ...(await next(answerOf)) }
    }
    const call =
      fault === 'syntax error at load' ? calls.blockOnBroken : limited(fault, calls.strikeLoop)
    const began = performance.now()
    const victim = await answerOf(new Promise((resolve) => resolve(call(fault))), () => began)
    const againFrom = performance.now()
    const again = await answerOf(new Promise((resolve) => resolve(calls.greet())), () => againFrom)
    return { victim, again, ...(await next(answerOf)) }
  },

  /** The thread of an outer call is struck by an inner one that it runs while it is blocked. */
  async nested(fault, answerOf) {
    const [entered, release] = [new Latch(), new Latch()]
    if (!(fault in callerFaults)) {
      const options = isStuck(fault) ? { timeout: TIMEOUT } : {}
      const work = fault === 'syntax error at load' ? ['callBroken'] : ['strike', options, fault]
      return { victim: await answerOf(calls.nest(...work)), ...(await next(answerOf)) }
    }
    const strike = callerFaults[fault]()
    const nested = strike.call(calls.nest)('hold', entered.memory, release.memory)
    const answer = answerOf(nested, strike.at)
    await entered.wait()
    await strike.now()
    // Blocked sync code is told, and what it makes of that is the answer: it has to get on.
    if (!strike.endsThread) setTimeout(() => release.open(), 50)
    return { victim: await answer, ...(await next(answerOf)) }
  },

  /** Each thread imports a module before its first call, and the fault is there. */
  async starting(fault, answerOf) {
    const env = { ...process.env, FAULT: fault in callerFaults ? 'slow' : fault }
    // Code that never ends would hold up the next call for as long as a thread may take to start.
    configure({ setup: [setup], env, ...(isStuck(fault) && { startTimeout: START_TIMEOUT }) })
    const answers = {}
    if (fault in callerFaults) {
      const strike = callerFaults[fault]()
      const victim = answerOf(strike.call(calls.whoAmI)(), strike.at)
      await strike.now()
      answers.victim = await victim
    } else {
      answers.victim = await answerOf(limited(fault, calls.whoAmI)())
      answers.again = await answerOf(limited(fault, calls.whoAmI)())
    }
    configure({ env: { ...process.env, FAULT: '' } })
    return { ...answers, ...(await next(answerOf)) }
  },

  /** While the thread of a context runs what was given to `onContextExit`. */
  async closing(fault, answerOf) {
    const [entered, release] = [new Latch(), new Latch()]
    const nextContext = async () => ({ next: await answerOf(inContext(() => calls.whoAmI())) })
    const began = performance.now()
    if (!(fault in callerFaults)) {
      const victim = inContext(async () => {
        await calls.strikeAtExit(fault)
        return 'done'
      })
      return { victim: await answerOf(victim, () => began), ...(await nextContext()) }
    }
    const strike = callerFaults[fault]()
    const victim = inContext(async () => {
      await calls.holdAtExit(entered.memory, release.memory)
      return 'done'
    }, strike.options)
    const answer = answerOf(victim, strike.at)
    await entered.wait()
    await strike.now()
    if (fault !== 'shutdown') release.open()
    return { victim: await answer, ...(await nextContext()) }
  },
}
