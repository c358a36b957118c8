import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sample } from './meters.js'

const program = fileURLToPath(new URL('../main.js', import.meta.url))

export type Doors = { publicApi: string; backOffice: string }
type Said = { kind: 'open'; doors: Doors } | { kind: 'sample'; sample: Sample }

/** The same desk once more, in a process and with a ledger of its own, without the bridge. */
export class Twin {
  readonly #onSample: (sample: Sample) => void
  #child: ChildProcess | undefined
  #doors: Promise<Doors> | undefined

  constructor(onSample: (sample: Sample) => void) {
    this.#onSample = onSample
  }

  /** Where its doors are; starts it the first time. */
  open(): Promise<Doors> {
    this.#doors ??= this.#start()
    return this.#doors
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    // Nothing of it is worth saving.
    child.kill('SIGKILL')
    await exited
  }

  #start(): Promise<Doors> {
    const folder = mkdtempSync(join(tmpdir(), 'invoice-desk-twin-'))
    const ports = ['--port', '0', '--back-office-port', '0', '--rates-port', '0']
    const child = fork(program, ['--bypass', '--data', folder, ...ports], {
      env: { ...process.env, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    return new Promise((resolve, reject) => {
      child.on('message', (said: Said) => {
        if (said.kind === 'open') resolve(said.doors)
        else this.#onSample(said.sample)
      })
      child.once('error', reject)
      child.once('exit', () => {
        rmSync(folder, { recursive: true, force: true })
        this.#doors = undefined
        reject(new Error('the desk without the bridge has ended'))
      })
    })
  }
}
