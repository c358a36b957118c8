/** Counts threads as the channel tells of them, at each moment, and holds them against the limit. */
import { subscribe } from 'node:diagnostics_channel'
import { stats } from '@syncbridge/core'

export class ThreadWatch {
  #live = new Set()
  #roles = new Map([[0, 'main']])
  #limit = 0
  #most = 0
  #faults = []
  /** How many contexts had exit functions that took longer than `leased.exitTimeout`. */
  exitTimeouts = 0

  constructor() {
    process.on('warning', ({ message }) => {
      if (message.includes('leased.exitTimeout')) this.exitTimeouts += 1
    })
    subscribe('syncbridge:thread', ({ thread, id, role, state }) => {
      if (state === 'started' && id >= 0) this.#roles.set(id, role)
      if (role !== 'leased') return
      if (state === 'started') this.#live.add(thread)
      if (state === 'ended') this.#live.delete(thread)
      // What a higher limit had let start may stay until it is used again.
      if (this.#live.size > this.#most)
        this.#faults.push(
          `${this.#live.size} leased threads at once, with a limit of ${this.#limit}`,
        )
      this.#most = Math.max(this.#limit, this.#live.size)
    })
  }

  limit(maxThreads) {
    this.#limit = maxThreads
    this.#most = Math.max(maxThreads, this.#live.size)
  }

  roles() {
    for (const { id, role } of stats().threads) this.#roles.set(id, role)
    return this.#roles
  }

  faults() {
    return this.#faults.splice(0)
  }
}
