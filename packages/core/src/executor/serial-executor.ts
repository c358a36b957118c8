import type { Call } from '../call/call.js'
import { DeadlockError } from '../errors.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import { isWithin } from '../thread-address.js'
import type { Spawn, ThreadExecutor } from './executor.js'

/**
 * One thread, in order: the process's shared sync thread, and the loop thread for blocked callers. The thread starts with
 * the first call and is replaced when it ends.
 */
export class SerialExecutor implements ThreadExecutor {
  /** Its one thread gets all calls at once. */
  readonly queued = 0
  readonly #role: ThreadRole
  readonly #spawn: Spawn
  #thread: Thread | undefined

  constructor(role: ThreadRole, spawn: Spawn) {
    this.#role = role
    this.#spawn = spawn
  }

  submit(call: Call): void {
    const thread = this.#thread ?? this.#spawn(this.#role)
    if (thread.state !== 'paused') this.#thread = thread
    if (thread.state === 'ending' && isWithin(call.request.origin?.from ?? '', thread.address))
      return refuseOwn(call, thread)
    if (thread.state !== 'paused' && thread.mustWait(call) && call.takeValues())
      return call.isFinished ? undefined : this.submit(call)
    thread.run(call)
  }

  threadGone(thread: Thread, orphans: readonly Call[]): boolean {
    if (this.#thread !== thread) return false
    this.#thread = undefined
    for (const call of orphans) this.submit(call)
    return true
  }
}

/** The call is made by an exit function of the thread. In line for the next one, both would wait until the time for the exit functions is over. */
function refuseOwn(call: Call, { address, role }: Thread): void {
  const failure = new DeadlockError(
    `${call.label} was called by a function given to onThreadExit, and needs the ${role} thread ${address}, which is ending: it would wait for itself.`,
    { function: call.label, thread: address },
  )
  call.settle({ failure })
  call.finish()
}
