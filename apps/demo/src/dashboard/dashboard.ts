import { LoadRunningError } from '../desk-error.js'
import { log } from '../logging/log.js'
import { Load, type LoadReports, type LoadWanted, type Side } from './load.js'
import { Meters, type Sample } from './meters.js'
import { type RequestPath, traceRequest } from './request-path.js'
import { type Doors, Twin } from './twin.js'

export type LoadState = 'idle' | 'preparing' | 'running' | 'failed'
export type Said =
  | { kind: 'sample'; side: Side; sample: Sample }
  | { kind: 'load'; state: LoadState; wanted?: LoadWanted }
  | { kind: 'report'; reports: LoadReports }
type Listener = (said: Said) => void

/** What the dashboard shows: this desk and, once there is load, its twin without the bridge. */
export class Dashboard {
  readonly #listeners = new Set<Listener>()
  readonly #ends = new Set<() => void>()
  readonly #meters = new Meters((sample) => this.#say({ kind: 'sample', side: 'on', sample }))
  readonly #twin = new Twin((sample) => this.#say({ kind: 'sample', side: 'off', sample }))
  readonly #load = new Load()
  #doors: Doors | undefined
  #state: LoadState = 'idle'
  #closed = false

  /** The desk's doors are open. */
  open(doors: Doors): void {
    this.#doors = doors
  }

  /** Tells `listener` everything until the returned function is called; `onEnd` says that there is no more to come. */
  watch(listener: Listener, onEnd: () => void): () => void {
    this.#listeners.add(listener)
    this.#ends.add(onEnd)
    this.#meters.start()
    listener({ kind: 'load', state: this.#state })
    if (this.#closed) onEnd()
    return () => {
      this.#listeners.delete(listener)
      this.#ends.delete(onEnd)
      if (this.#listeners.size === 0) this.#meters.stop()
    }
  }

  /** The address of the other front door. */
  get backOffice(): string {
    return this.#openDoors().backOffice
  }

  /**
   * Begins to send real requests to both desks.
   *
   * @throws LoadRunningError while an earlier load is running.
   */
  startLoad(wanted: LoadWanted): void {
    if (this.#state === 'preparing' || this.#state === 'running') throw new LoadRunningError()
    void this.#run(wanted)
  }

  /** The calls that one real request for an invoice's page makes. */
  async tracePath(invoiceId: number): Promise<RequestPath> {
    return traceRequest(`${this.#openDoors().publicApi}/invoices/${invoiceId}`)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const end of this.#ends) end()
    this.#meters.stop()
    this.#load.stop()
    await this.#twin.close()
  }

  async #run(wanted: LoadWanted): Promise<void> {
    const become = (state: LoadState) => {
      this.#state = state
      this.#say({ kind: 'load', state, wanted })
    }
    try {
      become('preparing')
      const desks = { on: this.#openDoors(), off: await this.#twin.open() }
      become('running')
      await this.#load.run(wanted, desks, (reports) => this.#say({ kind: 'report', reports }))
      become('idle')
    } catch (error) {
      if (!this.#closed) log.error('the load failed', { reason: `${error}` })
      become('failed')
    }
  }

  #openDoors(): Doors {
    if (this.#doors === undefined) throw new Error('The desk is not open yet.')
    return this.#doors
  }

  #say(said: Said): void {
    for (const listener of this.#listeners) listener(said)
  }
}
