// The crowd: a process of its own, so that nothing it does can look like the desk's delay. Started by load.ts.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { demoUsers } from '../seed/demo-users.js'
import type { LoadOrder, LoadReport, Side } from './load.js'

const heartbeat = 40
// Who has no answer by then goes home: what is shown ends soon after the crowd does.
const grace = 3_000
const [clerk] = demoUsers

class Crowd {
  readonly #door: LoadOrder['doors'][Side]
  readonly #agent = new Agent({ keepAlive: true })
  readonly #closing: AbortSignal
  readonly #heartbeats: number[] = []
  readonly #running = new Set<Promise<void>>()
  #answered = 0
  #failed = 0
  #sent = 0
  /** When the heartbeats that have no answer yet were due. */
  readonly #waiting = new Set<number>()

  constructor(door: LoadOrder['doors'][Side], seconds: number) {
    this.#door = door
    this.#closing = AbortSignal.timeout(seconds * 1000 + grace)
  }

  /** One client: signs in, posts an invoice, looks at it, and again. */
  async client(until: number, most: number): Promise<void> {
    const { base, signIn, invoices, view } = this.#door
    while (Date.now() < until && this.#sent < most) {
      const session = await this.#ask('POST', base + signIn, {
        body: { email: clerk.email, password: clerk.password },
      })
      const posted = await this.#ask('POST', base + invoices, {
        token: (session as { token?: string } | undefined)?.token,
        body: {
          customerId: 1 + (this.#sent % 300),
          currency: 'EUR',
          lines: [{ description: 'Calibration', quantity: 1, unitPrice: 4200 }],
        },
      })
      const id = (posted as { id?: number } | undefined)?.id
      if (view !== undefined && id !== undefined) await this.#ask('GET', `${base}${view}/${id}`)
    }
  }

  /** A passer-by who only asks whether the desk is there, at a steady pace, whether or not earlier answers have come. */
  async passerBy(until: number): Promise<void> {
    const started = Date.now()
    for (let beat = 0; started + beat * heartbeat < until; beat++) {
      const due = started + beat * heartbeat
      await new Promise((resolve) => setTimeout(resolve, due - Date.now()))
      const sample = this.#greet(due).finally(() => this.#running.delete(sample))
      this.#running.add(sample)
    }
    await Promise.all(this.#running)
  }

  report(): LoadReport {
    const now = Date.now()
    // Who still waits has waited so long at least.
    const waits = [...this.#heartbeats, ...[...this.#waiting].map((due) => now - due)]
    waits.sort((a, b) => a - b)
    return {
      answered: this.#answered,
      failed: this.#failed,
      median: waits[Math.floor(waits.length / 2)] ?? 0,
      worst: waits.at(-1) ?? 0,
    }
  }

  end(): void {
    this.#agent.destroy()
  }

  async #greet(due: number): Promise<void> {
    this.#waiting.add(due)
    const status = await this.#send('GET', `${this.#door.base}/health`).then(
      (answer) => answer.status,
      () => 0,
    )
    this.#waiting.delete(due)
    // Who went home without an answer has waited as long as that.
    if (status === 200 || this.#closing.aborted) this.#heartbeats.push(Date.now() - due)
  }

  async #ask(
    method: string,
    url: string,
    more: { body?: object; token?: string | undefined } = {},
  ): Promise<unknown> {
    this.#sent++
    try {
      const { status, text } = await this.#send(method, url, more)
      if (status >= 400) throw new Error(`status ${status}`)
      this.#answered++
      return text.startsWith('{') ? JSON.parse(text) : undefined
    } catch {
      if (!this.#closing.aborted) this.#failed++
      return undefined
    }
  }

  async #send(
    method: string,
    url: string,
    { body, token }: { body?: object; token?: string | undefined } = {},
  ): Promise<{ status: number; text: string }> {
    const sent = request(url, {
      method,
      agent: this.#agent,
      signal: this.#closing,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
    sent.end(body && JSON.stringify(body))
    const [response] = await once(sent, 'response')
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    return { status: response.statusCode, text }
  }
}

process.once('message', async ({ doors, clients, seconds, most }: LoadOrder) => {
  const until = Date.now() + seconds * 1000
  const crowds = Object.entries(doors).map(
    ([side, door]) => [side, new Crowd(door, seconds)] as const,
  )
  const report = () =>
    process.send?.(Object.fromEntries(crowds.map(([side, crowd]) => [side, crowd.report()])))
  const reporting = setInterval(report, 250)
  await Promise.all(
    crowds.flatMap(([, crowd]) => [
      crowd.passerBy(until),
      ...Array.from({ length: clients }, () => crowd.client(until, most)),
    ]),
  )
  clearInterval(reporting)
  report()
  for (const [, crowd] of crowds) crowd.end()
  process.disconnect()
})
