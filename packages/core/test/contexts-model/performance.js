/** Does one program for real, step by step, beside its model, and compares both after each step. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  AsyncSingleThreadContext,
  configure,
  shutdown,
  stats,
  ThreadSensitiveContext,
} from '@syncbridge/core'
import * as functions from './fixtures/functions.js'
import { isReason, Judge } from './judge.js'
import { Model } from './model.js'
import { ProgramLog } from './program-log.js'

/** Of a context with a timeout that passes, and with one that does not. */
const TIMEOUT_MS = 100
const PATIENT_MS = 600_000
/** A timer may ring a little early, and a promise of it be read a little late. */
const MARGIN_MS = 3
const SHUTDOWN_MS = 20
const STEP_PATIENCE_MS = 10_000
const MOST_OPEN = 6
const MOST_OVER = 3

const leasedThreads = () =>
  stats().threads.filter(({ role, state }) => role === 'leased' && state !== 'ending')
const busyThreads = () => leasedThreads().filter(({ state }) => state !== 'idle').length
const asOutcome = (promise, tell) =>
  promise.then(
    (value) => tell({ value }),
    (error) => tell({ error }),
  )

export class Performance {
  #program
  #model
  #judge
  #watch
  #patience
  #log = new ProgramLog()
  #lastId = 0
  /** What was seen to come of calls and of runs, and what has to come of them. */
  #calls = new Map()
  #runs = new Map()
  #reasons = new Map()
  #contexts
  #enter = new Map()
  #endings = new Map()
  #openedAt = new Map()
  /** Of a run with a timeout that passes: resolves when it surely has. */
  #rung = new Map()
  /** The run whose step this is: a factory of signals is asked by its code. */
  #asking
  #left = []
  #wasUntimely = false
  /** What was done, in words. */
  story = []

  /** @param {object} program As `growProgram` makes it. @param {import('./thread-watch.js').ThreadWatch} watch @param {number} patience How long a step may take, in ms. */
  constructor(program, watch, patience = STEP_PATIENCE_MS) {
    this.#program = program
    this.#watch = watch
    this.#patience = patience
    configure({ leased: program.limits })
    watch.limit(program.limits.maxThreads)
    watch.exitTimeouts = 0
    const idle = leasedThreads().map(({ id }) => id)
    this.#model = new Model(program.limits, idle.length)
    this.#judge = new Judge(this.#model, idle)
    this.#contexts = program.objects.map((kind) => this.#makeContext(kind))
  }

  #makeContext(kind) {
    const object = { kind, refusal: undefined }
    const signal = {
      signal: () => {
        object.controller = new AbortController()
        return object.controller.signal
      },
      // Of each run its own.
      factory: () => () => this.#controllerOf(this.#asking).signal,
    }[kind]?.()
    const timeout = { timed: TIMEOUT_MS, patient: PATIENT_MS }[kind]
    object.context = new ThreadSensitiveContext({ signal, timeout })
    return object
  }

  #controllerOf(run) {
    run.controller ??= new AbortController()
    return run.controller
  }

  /** @returns {Promise<string[] | undefined>} What is wrong; undefined where a timeout passed unasked, as on a busy machine. */
  async run() {
    for (const step of [...this.#program.root.steps, { do: 'finish' }]) {
      const isDone = await this[`_${step.do}`](step)
      if (isDone === false) continue
      const faults = await this.#compare()
      if (this.#isUntimely()) return undefined
      if (faults.length > 0) return faults
    }
    return []
  }

  /** Lets go of whatever it still holds. */
  async cleanUp() {
    for (let id = 1; id <= this.#lastId; id += 1) this.#log.open(id)
    for (const end of this.#endings.values()) end({ value: 0 })
    const idle = () =>
      stats().contexts + stats().calls.pending + stats().queued === 0 &&
      stats().threads.every(({ state, queued }) => state === 'idle' && queued === 0)
    await this.#until(idle)
  }

  /**
   * Waits for what nobody is told of: that the thread of a context that had ended before is clean and given back. Else the thread would be
   * ended or not, depending on whether that comes first, or a limit that falls.
   */
  async #untold() {
    const running = () => this.#running().filter(({ thread }) => thread.run).length
    await this.#until(() => busyThreads() <= running())
  }

  #id() {
    this.#lastId += 1
    return this.#lastId
  }

  #pick(list, { at }) {
    return list[Math.floor(at * list.length)]
  }

  #ofState(state) {
    return [...this.#model.runs.values()].filter((run) => run.state === state)
  }

  /** Those whose timeout has passed by then, without the model's knowing. */
  #passed(time) {
    return this.#ofState('open').filter(
      (run) =>
        run.object.kind === 'timed' &&
        run.aborted === undefined &&
        this.#openedAt.get(run.id) + TIMEOUT_MS <= time,
    )
  }

  /**
   * A timeout has passed, or nearly, that no step has waited for: nothing can be told of what happened meanwhile. It stays so: the step that
   * this was seen in may end the run before it is over, and then nothing would show it any more.
   */
  #isUntimely() {
    this.#wasUntimely ||=
      this.#passed(performance.now() + MARGIN_MS).length > 0 ||
      this.#watch.exitTimeouts > this.#model.endless
    return this.#wasUntimely
  }

  #inside(run, fn) {
    this.#asking = run
    return this.#enter.get(run.id)(fn)
  }

  /** A call in a run, or outside of all. */
  #call(run, kind, more, make) {
    const id = this.#id()
    this.story.push(
      `call ${id}: ${kind} ${more?.hook ?? ''} ${run ? `in run ${run.id}` : 'outside'}`,
    )
    this.#model.call(run, { id, kind, ...more })
    const begin = () => make(this.#log.memory, id)
    const promise = run ? this.#inside(run, begin) : begin()
    asOutcome(promise, (outcome) => this.#calls.set(id, outcome))
    return id
  }

  _open({ object: index }) {
    if (this.#ofState('open').length >= MOST_OPEN) return false
    const object = this.#contexts[index % this.#contexts.length]
    const id = this.#id()
    this.story.push(`run ${id}: opened by object ${index % this.#contexts.length} (${object.kind})`)
    this.#openedAt.set(id, performance.now())
    this.#asking = this.#model.open(id, object, object.refusal)
    const ended = object.context.run(() => {
      this.#enter.set(id, AsyncLocalStorage.snapshot())
      return new Promise((resolve, reject) => {
        this.#endings.set(id, ({ value, error }) => (error ? reject(error) : resolve(value)))
      })
    })
    // Made after the timer of the run, and for longer, so it rings after that, however late both are on a busy machine.
    if (object.kind === 'timed')
      this.#rung.set(id, new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + MARGIN_MS)))
    asOutcome(ended, (outcome) => this.#runs.set(id, outcome))
    return true
  }

  #callIn(step, kind, make, more) {
    const run = this.#pick(this.#ofState('open'), step)
    if (!run) return false
    this.#call(run, kind, more, make)
    return true
  }

  _call(step) {
    return this.#callIn(step, 'note', (...args) => functions.note(...args))
  }

  _hold(step) {
    return this.#callIn(step, 'hold', (...args) => functions.hold(...args))
  }

  _dive(step) {
    return this.#callIn(step, 'dive', (...args) => functions.dive(...args))
  }

  _die(step) {
    return this.#callIn(step, 'die', (...args) => functions.die(...args))
  }

  _hook(step) {
    const { kind: hook } = step
    const make = (memory, id) => functions.addHook(memory, id, hook)
    return this.#callIn(step, 'hook', make, { hook })
  }

  _leave(step) {
    const make = (memory, id) => {
      this.#left.push(id)
      return functions.leaveBehind(memory, id)
    }
    return this.#callIn(step, 'leave', make)
  }

  /** Another context inside is the one around it, whatever its own options say. */
  _nest(step) {
    const { context } = this.#contexts[step.object % this.#contexts.length]
    return this.#callIn(step, 'nested', (...args) => context.run(() => functions.note(...args)))
  }

  _pool(step) {
    return this.#callIn(step, 'pool', () => functions.whereInPool())
  }

  _outside() {
    this.#call(undefined, 'note', {}, (...args) => functions.note(...args))
  }

  /** Work that outlives its context. */
  _late(step) {
    const over = this.#ofState('over').filter(({ id }) => this.#enter.has(id))
    const run = this.#pick(over.slice(-MOST_OVER), step)
    if (!run) return false
    this.#call(run, 'note', {}, (...args) => functions.note(...args))
    return true
  }

  #running() {
    return [...this.#model.calls.values()].filter((call) => call.thread?.running === call)
  }

  async _release(step) {
    const call = this.#pick(this.#running(), step)
    if (!call) return false
    await this.#release(call)
    return true
  }

  async #release(call) {
    const isGivenUp = call.outcome !== undefined
    this.story.push(`call ${call.id} is released`)
    this.#model.release(call)
    this.#log.open(call.id)
    if (!isGivenUp) return
    // Nobody is told that it has ended. In a run that is open, one more call is answered after it.
    if (call.run?.state !== 'open') await this.#untold()
    else if (call.run.lease && !call.run.untold)
      this.#call(call.run, 'note', {}, (...args) => functions.note(...args))
  }

  _end(step) {
    const run = this.#pick(this.#ofState('open'), step)
    if (!run) return false
    this.#end(run, step.throws)
    return true
  }

  #end(run, throws = false) {
    this.story.push(`run ${run.id} ${throws ? 'throws' : 'returns'}`)
    const reason = `failure of run ${run.id}`
    if (throws) this.#reasons.set(reason, new Error(reason))
    this.#model.end(run, throws ? { error: reason } : { value: run.id })
    this.#endings.get(run.id)(throws ? { error: this.#reasons.get(reason) } : { value: run.id })
  }

  _abort(step) {
    const open = this.#ofState('open').filter(({ aborted }) => aborted === undefined)
    const run = this.#pick(
      open.filter(({ object }) => object.kind === 'signal' || object.kind === 'factory'),
      step,
    )
    if (!run) return false
    const reason = `abort ${this.#id()}`
    const error = new Error(reason)
    this.#reasons.set(reason, error)
    const { object } = run
    const isShared = object.kind === 'signal'
    const aborted = isShared ? open.filter((other) => other.object === object) : [run]
    this.story.push(`${reason} of runs ${aborted.map(({ id }) => id)}`)
    for (const one of aborted) this.#model.abort(one, reason)
    if (isShared) object.refusal = reason
    ;(isShared ? object.controller : this.#controllerOf(run)).abort(error)
    return true
  }

  /** Waits for a timeout, and for all that pass nearly at once. */
  async _expire(step) {
    const run = this.#pick(
      this.#ofState('open').filter(
        ({ object, aborted }) => object.kind === 'timed' && aborted === undefined,
      ),
      step,
    )
    if (!run) return false
    let waitedFor
    let passed = [run]
    do {
      waitedFor = passed.length
      await Promise.all(passed.map(({ id }) => this.#rung.get(id)))
      passed = this.#passed(performance.now() + 2 * MARGIN_MS)
    } while (passed.length > waitedFor)
    this.story.push(`the timeout passes of runs ${passed.map(({ id }) => id)}`)
    for (const one of passed) this.#model.abort(one, `timeout of run ${one.id}`)
    return true
  }

  /** What a run sees of its own signal. */
  _look(step) {
    const run = this.#pick(this.#ofState('open'), step)
    if (!run) return false
    const signal = this.#inside(run, () => ThreadSensitiveContext.current().signal)
    this.story.push(`run ${run.id} looks at its signal`)
    this.#model.look(run)
    run.seen = { signal, aborted: run.aborted }
    return true
  }

  async _configure({ maxThreads }) {
    // Who waits already is served when the next thread is given back; which one that is, is nobody's promise.
    if (this.#model.line.length > 0) return false
    await this.#untold()
    this.story.push(`at most ${maxThreads} leased threads`)
    this.#watch.limit(maxThreads)
    this.#model.configure({ maxThreads })
    configure({ leased: { maxThreads } })
    return true
  }

  async _single() {
    // It blocks the main thread, and timeouts pass meanwhile.
    if (this.#ofState('open').some(({ object }) => object.kind === 'timed')) return false
    const threads = new AsyncSingleThreadContext().run(() => [
      functions.whereAsync(),
      functions.whereAsync(),
    ])
    this.story.push('an AsyncSingleThreadContext')
    this.single = threads
    return true
  }

  async _shutdown() {
    // Code that was given up would be waited for.
    const givenUp = () => this.#running().filter(({ outcome }) => outcome)
    while (givenUp().length > 0) {
      await this.#release(givenUp()[0])
      if ((await this.#compare()).length > 0) return true
    }
    this.story.push('shutdown')
    this.#model.shutdown()
    await shutdown({ timeout: SHUTDOWN_MS })
    // Those that are open now are ended below, and nobody would see it then.
    this.#isUntimely()
    const after = stats().threads.length
    if (after > 0) this.problem = `${after} threads when shutdown() has resolved`
    // What was open goes on, and gets nothing any more.
    for (const run of this.#ofState('open')) this.#call(run, 'note', {}, functions.note)
    this._open({ object: 0 })
    for (const run of this.#ofState('open')) this.#end(run)
    this._outside()
    const left = await this.#compare()
    this.problem ??= left[0]
    if (stats().threads.length > 0) this.problem ??= 'threads have been started after shutdown()'
    await this._configure({ maxThreads: this.#model.limit })
    return true
  }

  /** Everything ends, and all is as before. */
  async _finish() {
    // Who waits in line is served before the next one ends.
    for (const run of this.#ofState('open')) {
      this.#end(run)
      if ((await this.#compare()).length > 0) return true
    }
    while (this.#running().length > 0) {
      await this.#release(this.#running()[0])
      if ((await this.#compare()).length > 0) return true
    }
    if (this.problem) return true
    await this.cleanUp()
    const gone = (id) => !leasedThreads().some((thread) => thread.id === id)
    for (const id of this.#left) {
      const entry = this.#log.read().find((one) => one.kind === 'call' && one.id === id)
      // On the shared thread, or on one that has been replaced, nothing was left.
      if (!entry || gone(entry.thread)) continue
      const refused = () =>
        gone(entry.thread) ||
        this.#log.read().some((one) => one.id === id && one.kind === 'late refused')
      await this.#until(refused)
      if (!refused()) this.problem = `a hook registered late, by call ${id}, is not refused`
    }
    return true
  }

  /** Waits for what has to come, and says what is wrong, also with the threads. */
  async #compare() {
    const isThere = () =>
      [...this.#model.calls.values()].every(({ id, outcome }) => !outcome || this.#calls.has(id)) &&
      [...this.#model.runs.values()].every(
        ({ id, state }) => state !== 'over' || this.#runs.has(id),
      ) &&
      this.#judge.isComplete(this.#entries()) &&
      leasedThreads().length === this.#model.count
    await this.#until(() => this.#isUntimely() || isThere())
    const roles = this.#watch.roles()
    const { length: leased } = leasedThreads()
    const faults = [
      ...this.#judge.judgeLog(this.#entries()),
      ...this.#judge.judgeCalls(this.#calls, roles, this.#reasons),
      ...this.#judge.judgeRuns(this.#runs, this.#reasons),
      ...this.#watch.faults(),
    ]
    if (leased !== this.#model.count)
      faults.push(`${leased} leased threads, should be ${this.#model.count}`)
    if (this.problem) faults.push(this.problem)
    faults.push(...this.#judgeSeen(roles))
    return faults
  }

  #entries() {
    return this.#log.read().filter(({ kind }) => kind !== 'late refused')
  }

  #judgeSeen(roles) {
    const faults = []
    for (const run of this.#model.runs.values()) {
      if (!run.seen) continue
      const { signal, aborted } = run.seen
      run.seen = undefined
      if (signal.aborted !== (aborted !== undefined))
        faults.push(`the signal of run ${run.id} is ${signal.aborted ? '' : 'not '}aborted`)
      else if (signal.aborted && !isReason(signal.reason, aborted, this.#reasons))
        faults.push(`the signal of run ${run.id} has another reason: ${signal.reason}`)
    }
    if (this.single) {
      const [one, other] = this.single
      this.single = undefined
      if (one !== other || one === 0)
        faults.push(`an AsyncSingleThreadContext ran on the threads ${one} and ${other}`)
      if (roles.get(one) !== 'loop') faults.push(`its thread is of role ${roles.get(one)}`)
    }
    return faults
  }

  get lastLog() {
    return this.#log.read()
  }

  async #until(condition) {
    const deadline = performance.now() + this.#patience
    while (!condition() && performance.now() < deadline)
      await new Promise((resolve) => setImmediate(resolve))
  }
}
