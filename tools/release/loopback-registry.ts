import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInGroup } from '../child.ts'

const LIFETIME_MS = 1_200_000
const START_DEADLINE_MS = 60_000

/**
 * Starts a registry on loopback that holds nothing, asks no other registry, and lets anybody publish our packages. It ends with this
 * process, by `endWithChildren`.
 *
 * @param folder Where it is installed and keeps what it gets.
 * @param install Runs `npm ci` in a folder.
 * @returns Its address, and how to end it.
 */
export async function startRegistry(
  folder: string,
  install: (folder: string) => Promise<void>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  cpSync(fileURLToPath(new URL('registry', import.meta.url)), folder, { recursive: true })
  await install(folder)
  mkdirSync(join(folder, 'storage'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: { '@syncbridge/*': { access: '$all', publish: '$anonymous' } },
    log: { type: 'stdout', format: 'json', level: 'warn' },
    web: { enable: false },
  }
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config))
  const output: Buffer[] = []
  const abort = new AbortController()
  const ended = runInGroup(
    process.execPath,
    [
      join(folder, 'node_modules/verdaccio/bin/verdaccio'),
      ...['--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
    ],
    {
      cwd: folder,
      deadline: LIFETIME_MS,
      onOutput: (chunk) => output.push(chunk),
      signal: abort.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  ).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error
  })
  const answers = await Promise.race([isUp(url), ended.then(() => false)])
  if (!answers) throw new Error(`The registry did not start.\n${Buffer.concat(output)}`)
  const stop = async () => {
    abort.abort()
    await ended
  }
  return { url, stop }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function isUp(url: string): Promise<boolean> {
  const deadline = performance.now() + START_DEADLINE_MS
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined)
    if (answer?.ok) return true
    // Nothing tells when it listens.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
