/** A thread without a bridge that ticks and computes beside the others: what this machine lets a busy thread do just now. */
import { Worker } from 'node:worker_threads'
import { TickLog } from './tick-log.js'

export class FloorTicker {
  log = new TickLog()
  #isBusy = new Int32Array(new SharedArrayBuffer(4))
  #worker = new Worker(new URL('../fixtures/floor-ticker.js', import.meta.url), {
    workerData: { log: this.log.memory, isBusy: this.#isBusy.buffer },
  })

  constructor() {
    this.#worker.unref()
  }

  /** Runs a phase of a test, while the thread ticks and computes. */
  async during(phase) {
    Atomics.store(this.#isBusy, 0, 1)
    Atomics.notify(this.#isBusy, 0)
    try {
      await phase()
    } finally {
      Atomics.store(this.#isBusy, 0, 0)
    }
  }

  async stop() {
    await this.#worker.terminate()
  }
}
