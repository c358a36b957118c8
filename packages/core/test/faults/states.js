/** What a call can be in the middle of when a fault strikes: each state by its name. */
import { configure, shutdown, stats, ThreadSensitiveContext, transfer } from '@syncbridge/core'
import { Latch, Ledger } from '../support/latch.js'
import { callerFaults, isStuck, START_TIMEOUT, TIMEOUT } from './faults.js'
import * as calls from './fixtures/strikes.js'

const setup = new URL('./fixtures/setup.js', import.meta.url)
const inContext = (fn, options) => new ThreadSensitiveContext(options).run(fn)

/** Code that nothing but a timeout ends has one. */
const limited = (fault, bridged) => (isStuck(fault) ? bridged.with({ timeout: TIMEOUT }) : bridged)
const next = async (answerOf) => ({ next: await answerOf(calls.whoAmI()) })

/** Short, so that it passes while a thread starts or loads. */
const SHORT_GRACE = { timeout: 100, abort: 100 }
const LONGER_THAN_GRACE = 300
/** Its exit functions have a second all the same. */
const SHUTDOWN = 300
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The victim is in line behind a call on the same thread. That one is struck, or the victim itself is given up by its caller.
 *
 * @param prepare Gives what makes the victim; or that, and a call of somebody else that is made before it, and what that is used for.
 * @param around Where the calls are given up together: what is given up by nothing of its own.
 */
function inLine(prepare, around) {
  return async (fault, answerOf) => {
    const ledger = new Ledger()
    const [entered, release] = [new Latch(), new Latch()]
    if (fault in callerFaults) {
      const strike = callerFaults[fault]()
      const enter = around ? (fn) => around(fn, strike.options) : (fn) => fn()
      const call = around ? (bridged) => bridged : strike.call
      const answers = {}
      const run = enter(async () => {
        const victim = await prepare({ call, ledger, isCallers: true })
        const ahead = answerOf(calls.holdHere(entered.memory, release.memory), strike.at)
        await entered.wait()
        const answer = answerOf(victim(), strike.at)
        await strike.now()
        answers.victim = await answer
        release.open()
        answers.ahead = await ahead
      })
      // A context that was given up says so, too.
      await run.catch(() => {})
      const after = await (around ? around(() => next(answerOf)) : next(answerOf))
      return { ...answers, ...after, ran: ledger.entries }
    }
    const made = await prepare({ call: (bridged) => bridged, ledger, isCallers: false })
    const { victim, other, use } = typeof made === 'function' ? { victim: made } : made
    const isBroken = fault === 'syntax error at load'
    const ahead = isBroken
      ? calls.callBroken()
      : limited(fault, calls.strikeHereWhen)(fault, entered.memory, release.memory)
    if (!isBroken) await entered.wait()
    const others = other?.().then(use)
    const waiting = victim()
    release.open()
    const began = performance.now()
    const [first, second, third] = await Promise.all(
      [ahead, waiting, others].map((one) => one && answerOf(one, () => began)),
    )
    const answers = { struck: first, victim: second, ...(third && { other: third }) }
    return { ...answers, ...(await next(answerOf)), ran: ledger.entries }
  }
}

export const states = {
  /** Behind the call that is struck, on the same thread. */
  queued: inLine(
    ({ call, ledger }) =>
      () =>
        call(calls.write)(ledger.memory, 1),
  ),

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

  /** A listener of `syncbridge:call`, on the thread of the call. */
  async 'listener running'(fault, answerOf) {
    if (!(fault in callerFaults)) {
      const victim = await answerOf(limited(fault, calls.strikeListener)(fault))
      return { victim, ...(await next(answerOf)) }
    }
    const [entered, release] = [new Latch(), new Latch()]
    const strike = callerFaults[fault]()
    const call = strike.call(calls.holdInListener)
    const answer = answerOf(call(entered.memory, release.memory), strike.at)
    await entered.wait()
    await strike.now()
    const settled = await answer
    if (!strike.endsThread) release.open()
    return { victim: settled, ...(await next(answerOf)) }
  },

  /** What was given to `onThreadExit`; who waits is who shuts down. */
  async 'exit hook running'(fault, answerOf) {
    if (!(fault in callerFaults)) {
      await calls.strikeAtThreadExit(fault)
      const victim = await answerOf(shutdown({ timeout: SHUTDOWN }))
      const left = stats().threads.length
      configure()
      return { victim, left: { answer: `${left} threads`, took: 0 }, ...(await next(answerOf)) }
    }
    const [entered, release] = [new Latch(), new Latch()]
    await calls.holdAtThreadExit(entered.memory, release.memory)
    const answer = answerOf(shutdown({ timeout: SHUTDOWN }))
    await entered.wait()
    await callerFaults[fault]().now()
    return { victim: await answer, ...(await next(answerOf)) }
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
      // Long over before the thread is there: it is no reason to end a thread that starts.
      configure({ grace: SHORT_GRACE })
      const ledger = new Ledger()
      const strike = callerFaults[fault]()
      const victim = answerOf(strike.call(calls.write)(ledger.memory, 1), strike.at)
      const [first] = stats().threads
      await strike.now()
      answers.victim = await victim
      configure({ env: { ...process.env, FAULT: '' } })
      Object.assign(answers, await next(answerOf))
      answers.isSame = answers.next.value === first?.id
      answers.ran = ledger.entries
      return answers
    } else {
      answers.victim = await answerOf(limited(fault, calls.whoAmI)())
      answers.again = await answerOf(limited(fault, calls.whoAmI)())
    }
    configure({ env: { ...process.env, FAULT: '' } })
    return { ...answers, ...(await next(answerOf)) }
  },

  /** The same for the loop of a caller that is blocked. */
  async 'loop starting'(fault, answerOf) {
    const env = { ...process.env, FAULT: fault in callerFaults ? 'slow' : fault }
    configure({ setup: [setup], env, ...(isStuck(fault) && { startTimeout: START_TIMEOUT }) })
    const blocked = (call) => {
      const began = performance.now()
      const made = new Promise((resolve) => resolve(call()))
      return answerOf(made, () => began)
    }
    const ledger = new Ledger()
    const answers = {}
    if (fault in callerFaults) {
      configure({ grace: SHORT_GRACE })
      const call = callerFaults[fault]().call(calls.noteInLoop)
      // The time is that of the call: while it is blocked, nobody here is told of anything.
      answers.victim = await blocked(() => call(ledger.memory, 1))
      answers.next = await blocked(() => calls.noteInLoop(ledger.memory, 2))
      answers.ran = ledger.entries
      return answers
    }
    answers.victim = await blocked(() => limited(fault, calls.greet)())
    answers.again = await blocked(() => limited(fault, calls.greet)())
    configure({ env: { ...process.env, FAULT: '' } })
    return { ...answers, next: await blocked(() => calls.greet()) }
  },

  /** The thread imports the module of the call, which the fault befalls, or which takes its time. */
  async loading(fault, answerOf) {
    const [entered, release, loads] = [new Latch(), new Latch(), new Ledger()]
    const plan = { entered: entered.memory, release: release.memory, loads: loads.memory }
    configure({ grace: SHORT_GRACE })
    const before = await calls.planLoading(fault in callerFaults ? 'slow' : fault, plan)
    if (!(fault in callerFaults)) {
      // The thread that comes after it has no plan, and loads the module at once.
      const victim = await answerOf(limited(fault, calls.callSlowModule)(loads.memory, 1))
      const again = await answerOf(calls.callSlowModule(loads.memory, 2))
      return { victim, again, ...(await next(answerOf)), ran: loads.entries }
    }
    const strike = callerFaults[fault]()
    const victim = answerOf(strike.call(calls.callSlowModule)(loads.memory, 1), strike.at)
    await entered.wait()
    await strike.now()
    const settled = await victim
    // Longer than the thread would have if it ran code that was given up.
    await pause(LONGER_THAN_GRACE)
    release.open()
    const again = await answerOf(calls.callSlowModule(loads.memory, 2))
    const after = await next(answerOf)
    return {
      victim: settled,
      again,
      ...after,
      ran: loads.entries,
      isSame: after.next.value === before,
    }
  },

  /** A call of A's function waits, and behind it B's function has been made in its place where the thread has ended. */
  'handle in line': inLine(async ({ ledger, isCallers }) => {
    const ofA = await calls.makeNote(ledger.memory, 1)
    if (isCallers) return () => ofA()
    const makeB = () => calls.makeNote(ledger.memory, 2)
    return { victim: () => ofA(), other: makeB, use: (ofB) => ofB() }
  }, inContext),

  /** The same with items of A's generator and B's. */
  'step in line': inLine(async ({ call, ledger, isCallers }) => {
    const ofA = call(calls.notes)(ledger.memory, 1)
    await ofA.next()
    const step = async () => (await ofA.next()).value
    if (isCallers) return step
    const ofB = calls.notes(ledger.memory, 2)
    return { victim: step, other: () => ofB.next(), use: async ({ value }) => value }
  }),

  /** What the call was given has been moved away from here. */
  'moved in line': inLine(
    ({ call, ledger }) =>
      () =>
        call(calls.sizeOf)(ledger.memory, transfer(new ArrayBuffer(8))),
  ),

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
