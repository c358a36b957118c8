import type { Call } from '../call/call.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import type { Spawn, ThreadExecutor } from './executor.js'

/**
 * One thread, in order: the process's shared sync thread, and the loop thread for blocked callers. The thread starts with
 * the first call and is replaced when it ends.
 */
export class SerialExecutor implements ThreadExecutor {
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
    thread.run(call)
  }

  threadGone(thread: Thread, orphans: readonly Call[]): boolean {
    if (this.#thread !== thread) return false
    this.#thread = undefined
    for (const call of orphans) this.submit(call)
    return true
  }
}
