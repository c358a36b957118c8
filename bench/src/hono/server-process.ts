import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Variant = 'bare' | 'syncbridge'

const script = fileURLToPath(new URL('./server.ts', import.meta.url))

/** One app in a process of its own. */
export class ServerProcess {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.url = `http://127.0.0.1:${port}`
  }

  /** @throws Error where the process ends before it listens. */
  static async start(variant: Variant): Promise<ServerProcess> {
    const child = fork(script, [variant])
    const failed = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`The server '${variant}' ended with ${code ?? signal}.`)
    })
    const [message] = await Promise.race([once(child, 'message'), failed])
    failed.catch(() => {})
    return new ServerProcess(child, message.port)
  }

  /** Processor time that the process has used, in microseconds. */
  async cpu(): Promise<number> {
    const answer = once(this.#child, 'message')
    this.#child.send('cpu')
    const [{ cpu }] = await answer
    return cpu.user + cpu.system
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
  }
}
