import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Doors } from './twin.js'

const program = fileURLToPath(new URL('./load-program.js', import.meta.url))
const most = 2_000

/** With the bridge, and without it. */
export type Side = 'on' | 'off'

/** What a visitor may ask for: bounded in time and, by `most`, in count. */
export const loadWanted = z.strictObject({
  door: z.enum(['hono', 'nest'], 'Choose one of hono, nest.').default('hono'),
  clients: z.int().min(1).max(32, 'At most 32 clients.').default(8),
  seconds: z.int().min(1).max(15, 'At most 15 seconds.').default(6),
})
export type LoadWanted = z.infer<typeof loadWanted>

type DoorPaths = { signIn: string; invoices: string; view?: string }
export type LoadOrder = {
  doors: Record<Side, DoorPaths & { base: string }>
  clients: number
  seconds: number
  most: number
}

/** What came of it so far; times in ms, of the passer-by who asks only for `/health`. */
export type LoadReport = { answered: number; failed: number; median: number; worst: number }
export type LoadReports = Record<Side, LoadReport>

const paths: Record<LoadWanted['door'], DoorPaths> = {
  hono: { signIn: '/api/sign-in', invoices: '/api/invoices', view: '/invoices' },
  nest: { signIn: '/sign-in', invoices: '/invoices' },
}

/** One run of load on both desks at the same time. */
export class Load {
  #child: ChildProcess | undefined

  async run(
    { door, clients, seconds }: LoadWanted,
    desks: Record<Side, Doors>,
    onReport: (reports: LoadReports) => void,
  ): Promise<void> {
    const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    child.on('message', onReport)
    const doorOf = (side: Side) => ({
      ...paths[door],
      base: door === 'hono' ? desks[side].publicApi : desks[side].backOffice,
    })
    child.send({ doors: { on: doorOf('on'), off: doorOf('off') }, clients, seconds, most })
    await once(child, 'exit')
  }

  stop(): void {
    this.#child?.kill('SIGKILL')
  }
}
