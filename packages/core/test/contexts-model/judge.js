/** Holds what happened in a program against its model. Knows which thread is which lease, as far as it was seen. */

export class Judge {
  #model
  /** The thread of each lease, and of the shared ones. */
  #threads = new Map()
  /** Idle threads, by what they had before; and how many are idle that nothing was seen of. */
  #idle
  #unseen = 0
  #known
  #returned = new Set()
  #gone = new Set()

  /** @param {import('./model.js').Model} model @param {number[]} idle Leased threads that were there before. */
  constructor(model, idle) {
    this.#model = model
    this.#idle = new Set(idle)
    this.#known = new Set(idle)
  }

  /** @param {{ kind: string, id: number, thread: number }[]} entries Of the log, all. @returns {string[]} */
  judgeLog(entries) {
    const { registering, free } = this.#model
    const faults = []
    const places = new Map()
    for (const [name, list] of this.#model.log)
      for (const { kind, id } of list) places.set(`${kind} ${id}`, name)
    const byThread = new Map()
    const registered = new Map()
    for (const entry of entries) {
      const key = `${entry.kind} ${entry.id}`
      if (free.has(entry.id) && entry.kind.startsWith('hook')) continue
      if (registering.has(entry.id) && entry.kind.startsWith('hook ')) {
        registered.set(entry.id, (registered.get(entry.id) ?? 0) + 1)
        continue
      }
      const name = places.get(key)
      if (name === undefined) faults.push(`${key} happened, and should not`)
      else {
        faults.push(...this.#place(name, entry.thread, key))
        byThread.set(name, [...(byThread.get(name) ?? []), key])
      }
    }
    for (const id of registering)
      if (registered.get(id) !== 1)
        faults.push(`the hook that hook ${id} registered was taken, and has not run`)
    this.#noteReturns()
    if (faults.length > 0) return faults
    for (const [name, list] of this.#model.log) {
      const wanted = list.map(({ kind, id }) => `${kind} ${id}`).join(', ')
      const got = (byThread.get(name) ?? []).join(', ')
      if (wanted !== got) faults.push(`on ${name}: ${got || 'nothing'}; should be ${wanted}`)
    }
    return faults
  }

  /** Whether the log says as much as it should; then what it says can be judged. */
  isComplete(entries) {
    const { registering, free, log } = this.#model
    const isAnswer = ({ kind, id }) => kind.startsWith('hook ') && registering.has(id)
    const isFree = ({ kind, id }) => kind.startsWith('hook') && free.has(id)
    const answers = entries.filter(isAnswer).length
    const strict = entries.filter((entry) => !isAnswer(entry) && !isFree(entry)).length
    const wanted = [...log.values()].reduce((sum, list) => sum + list.length, 0)
    return strict >= wanted && answers >= registering.size
  }

  /** Called in the order in which threads are given back, before anything later is looked at. */
  #noteReturns() {
    for (const lease of this.#model.leases) {
      if (!lease.isOver || this.#returned.has(lease.name)) continue
      // One that has run nothing yet may be seen in this very log.
      const thread = this.#threads.get(lease.name)
      if (thread === undefined && (this.#model.log.get(lease.name)?.length ?? 0) > 0) continue
      this.#returned.add(lease.name)
      if (lease.isGone) {
        if (thread !== undefined) this.#gone.add(thread)
      } else if (thread === undefined) this.#unseen += 1
      else this.#idle.add(thread)
    }
  }

  #place(name, thread, key) {
    const known = this.#threads.get(name)
    if (known !== undefined)
      return known === thread ? [] : [`${key} ran on thread ${thread}, and ${name} is ${known}`]
    this.#noteReturns()
    this.#threads.set(name, thread)
    if (this.#gone.has(thread)) return [`${key} ran on thread ${thread}, which should be gone`]
    const lease = this.#model.leases.find((one) => one.name === name)
    if (!lease) return []
    const faults = []
    if (lease.isWarm && !this.#idle.delete(thread)) {
      if (this.#unseen > 0 && !this.#known.has(thread)) this.#unseen -= 1
      else faults.push(`${name} is thread ${thread}, and should be one of those that are idle`)
    }
    if (!lease.isWarm && this.#known.has(thread))
      faults.push(`${name} is thread ${thread}, which another run has, and should be a new one`)
    this.#known.add(thread)
    return faults
  }

  /** @returns {string[]} What is wrong with how calls ended. */
  judgeCalls(seen, roles, reasons) {
    const faults = []
    for (const call of this.#model.calls.values()) {
      const got = seen.get(call.id)
      const wanted = call.outcome
      if (!wanted && got) faults.push(`call ${call.id} came to ${print(got)}, and is under way`)
      if (!wanted) continue
      if (!got) faults.push(`call ${call.id} has not come to its end: ${print(wanted)}`)
      else if (!this.#isLike(got, wanted, roles, reasons))
        faults.push(
          `call ${call.id} (${call.kind}) came to ${print(got)}, should be ${print(wanted)}`,
        )
    }
    return faults
  }

  #isLike(got, wanted, roles, reasons) {
    if (wanted.code) return got.error?.code === wanted.code
    if (wanted.error) return isReason(got.error, wanted.error, reasons)
    if ('error' in got) return false
    if (wanted.role) return roles.get(got.value) === wanted.role
    const known = this.#threads.get(wanted.thread)
    const role = wanted.thread.startsWith('lease') ? 'leased' : 'shared'
    return (known === undefined || known === got.value) && roles.get(got.value) === role
  }

  judgeRuns(seen, reasons) {
    const faults = []
    for (const run of this.#model.runs.values()) {
      const got = seen.get(run.id)
      if (run.state !== 'over') {
        if (got && !run.mayResolve)
          faults.push(`run ${run.id} has ended, and should not: ${print(got)}`)
        continue
      }
      const { code, error, value } = run.result
      if (!got) faults.push(`run ${run.id} does not end`)
      else if (
        code
          ? got.error?.code !== code
          : error
            ? !isReason(got.error, error, reasons)
            : got.value !== value
      )
        faults.push(`run ${run.id} came to ${print(got)}, should be ${print(run.result)}`)
    }
    return faults
  }
}

/** A reason is the very same object; a timeout has one, which is the bridge's. */
export function isReason(error, name, reasons) {
  if (reasons.has(name)) return error === reasons.get(name)
  if (error?.code !== 'SYNCBRIDGE_CALL_TIMEOUT') return false
  reasons.set(name, error)
  return true
}

function print(outcome) {
  if ('error' in outcome) {
    const { error } = outcome
    return typeof error === 'string' ? error : `${error?.code ?? error?.name}: ${error?.message}`
  }
  return outcome.code ?? outcome.thread ?? outcome.role ?? String(outcome.value)
}
