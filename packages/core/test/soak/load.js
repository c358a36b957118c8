/** The mixed load: what users do, at random, and now and then what ends their threads. */
import { setTimeout as pause } from 'node:timers/promises'
import * as work from './fixtures/work.js'
import { keptSteps, keptWeights } from './kept-load.js'

/** Whoever is not answered by then is lost, in ms. */
const PATIENCE = 30_000
const BATCH = 500

/** How often which: nearly all of it is calls that must succeed, whatever happens beside them. */
const weights = {
  bare: 60,
  pooled: 60,
  plain: 120,
  echo: 20,
  fails: 20,
  nest: 30,
  loop: 10,
  freshLoop: 0.3,
  local: 20,
  context: 30,
  abortedContext: 10,
  abortQueued: 20,
  abortRunning: 10,
  timeout: 20,
  flood: 0.5,
  exit: 1,
  throwLater: 1,
  stick: 0.3,
  terminate: 0.5,
  memory: 0.03,
  ...keptWeights,
}

export class Load {
  made = 0
  /** By what became of them. */
  settled = new Map()
  steps = new Map()
  faults = []
  #once
  #tokens = 0

  constructor(random, once) {
    this.random = random
    this.#once = once
  }

  /** One user, who does one thing after the other. */
  async run(isOver) {
    while (!isOver() && this.faults.length === 0) {
      const step = this.random.weighted(weights)
      this.steps.set(step, (this.steps.get(step) ?? 0) + 1)
      await (keptSteps[step] ? keptSteps[step](this) : this[step]())
    }
  }

  /** What nobody else has been given: an answer that holds it is the right one's. */
  token() {
    this.#tokens += 1
    return this.#tokens
  }

  get tokens() {
    return this.#tokens
  }

  /** A call whose value is of no account, only used. */
  async gives(what, promise, ...errors) {
    const kept = promise.then((value) => {
      outcome = { value }
    })
    let outcome = {}
    await this.settles(what, kept, undefined, ...errors)
    return outcome
  }

  /** @param expected What it must come to: a value, and codes or names of errors that are as good. */
  async settles(what, promise, value, ...errors) {
    this.made += 1
    const outcome = await this.#orLost(promise.then(ok, failed))
    const end = outcome.code ?? 'ok'
    this.settled.set(end, (this.settled.get(end) ?? 0) + 1)
    if (end === 'ok' && Object.is(outcome.value, value)) return outcome
    if (errors.includes(end)) return outcome
    this.faults.push(`${what}: ${end} ${outcome.value ?? ''} ${outcome.message ?? ''}`)
    return outcome
  }

  async #orLost(promise) {
    let timer
    const lost = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE, LOST)
    })
    const outcome = await Promise.race([promise, lost])
    clearTimeout(timer)
    return outcome
  }

  /** The same for a call that says by its slot that it has run. */
  async runsOnce(what, call, value, ...errors) {
    const slot = this.#once.take()
    const outcome = await this.settles(what, call(this.#once.memory, slot), value, ...errors)
    this.#once.end(slot, outcome.code === undefined)
    return outcome
  }

  async #batch(what, call) {
    const first = this.random.below(1000)
    this.made += BATCH
    const all = Promise.allSettled(Array.from({ length: BATCH }, (_, index) => call(first + index)))
    const outcomes = await this.#orLost(all)
    if (outcomes === LOST) return this.faults.push(`${what}: calls of a batch were lost`)
    for (const [index, { value, reason }] of outcomes.entries()) {
      const end = reason?.code ?? (reason ? reason.name : 'ok')
      this.settled.set(end, (this.settled.get(end) ?? 0) + 1)
      if (end === FULL || value === 2 * (first + index)) continue
      this.faults.push(`${what}: ${value} ${reason}`)
    }
  }

  bare = () => this.#batch('bare', work.bare)
  pooled = () => this.#batch('pooled', work.barePooled)

  async plain() {
    const value = this.token()
    const call = this.random.pick([work.here, work.pooled])
    await this.runsOnce('plain', (...at) => call(...at, value), 2 * value, FULL)
  }

  async echo() {
    // Short, long, and too long for the memory that messages share.
    const size = this.random.pick([10, 1000, 20_000, 200_000])
    const text = String.fromCharCode(97 + this.random.below(26)).repeat(size)
    await this.runsOnce('echo', (...at) => work.echo(...at, text), text, FULL)
  }

  async fails() {
    const token = this.token()
    const call = (...at) => work.fail(...at, token)
    const { code, message } = await this.runsOnce('fails', call, NOTHING, 'RangeError', FULL)
    if (code === 'RangeError' && message !== `no ${token}`)
      this.faults.push(`fails: ${token} got '${message}'`)
  }

  async nest() {
    const value = this.token()
    const call = (...at) => work.nest(...at, value)
    await this.runsOnce('nest', call, 4 * value, FULL)
  }

  async loop() {
    const value = this.token()
    // Blocked, this thread could not even see that it is lost.
    const blocking = async () => work.inLoop.with({ timeout: PATIENCE })(value)
    await this.settles('loop', blocking(), 2 * value + 1, FULL)
  }

  async freshLoop() {
    const value = this.token()
    await this.runsOnce('fresh loop', (...at) => work.freshLoop(...at, value), value + 1, FULL)
  }

  async local() {
    const id = this.token()
    await work.inContext(async () => {
      work.request.id = id
      for (let times = 0; times < 3; times += 1) await this.runsOnce('local', work.readLocal, id)
      if (work.request.seen !== 3) this.faults.push(`local: seen ${work.request.seen} times`)
    })
  }

  async context() {
    await work.inContext(async () => {
      await this.runsOnce('begin', work.begin, undefined)
      await this.runsOnce('commit', work.commit, 0)
    })
  }

  /** Aborted anywhere in the middle of a transaction: nothing of it may be there for the next context on that thread. */
  async abortedContext() {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), this.random.below(5))
    const token = this.token()
    const steps = [
      ['begin', work.begin, undefined],
      ['sleep', (...at) => work.sleep(...at, 5, token), token],
      ['commit', work.commit, 0],
    ]
    const transaction = async () => {
      for (const [what, call, value] of steps) {
        const { code } = await this.runsOnce(what, call, value, 'AbortError')
        if (code) return
      }
    }
    const options = { signal: controller.signal }
    // It may have been aborted before it began.
    await work.inContext(transaction, options).catch((error) => {
      if (error.name !== 'AbortError') this.faults.push(`aborted context: ${error}`)
    })
    clearTimeout(timer)
  }

  async abortQueued() {
    const controller = new AbortController()
    const call = this.random.pick([work.here, work.pooled]).with({ signal: controller.signal })
    const value = this.token()
    const run = (...at) => call(...at, value)
    const done = this.runsOnce('abort', run, 2 * value, 'AbortError', FULL)
    controller.abort()
    await done
  }

  async abortRunning() {
    const signal = AbortSignal.timeout(1 + this.random.below(5))
    const call = this.random.pick([work.sleep, work.sleepOnPool]).with({ signal })
    const token = this.token()
    await this.runsOnce('abort', (...at) => call(...at, 8, token), token, 'TimeoutError', FULL)
  }

  async timeout() {
    const call = this.random.pick([work.sleep, work.sleepOnPool]).with({
      timeout: 1 + this.random.below(5),
    })
    const token = this.token()
    await this.runsOnce('timeout', (...at) => call(...at, 4, token), token, TIMED_OUT, FULL)
  }

  async flood() {
    const call = () => {
      const value = this.token()
      return this.runsOnce('flood', (...at) => work.pooled(...at, value), 2 * value, FULL)
    }
    await Promise.all(Array.from({ length: 5000 }, call))
  }

  exit = () => this.#dies('exit', {}, EXITED)
  memory = () => this.#dies('memory', {}, EXITED)
  stick = () => this.#dies('stick', { timeout: 30 }, TIMED_OUT)
  throwLater = () => this.#settlesDead('throwLater', {}, undefined)
  terminate = () => this.#dies('stick', { timeout: 20, onAbort: 'terminate' }, TIMED_OUT)

  #dies(how, options, error) {
    return this.#settlesDead(how, options, NOTHING, error)
  }

  async #settlesDead(how, options, value, ...errors) {
    const call = this.random.pick(work.deaths[how])
    await this.settles(how, call.with(options)(), value, ...errors, FULL)
    // The machine shall do something else than start threads.
    await pause(20)
  }
}

const FULL = 'SYNCBRIDGE_QUEUE_FULL'
const EXITED = 'SYNCBRIDGE_THREAD_EXITED'
const TIMED_OUT = 'SYNCBRIDGE_CALL_TIMEOUT'
const NOTHING = Symbol('no value')
const LOST = { code: 'lost' }

const ok = (value) => ({ value })
const failed = (error) => ({
  code: typeof error?.code === 'string' ? error.code : (error?.name ?? 'no error'),
  message: String(error?.message ?? error),
})
