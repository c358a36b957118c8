import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
/** Less than the file has: whatever hangs is told by what it waited for. How quick the desk is, others test. */
const patience = 90_000

export const clerk = { email: 'clerk@desk.example', password: 'paper-and-ink' }

/** A fresh folder, gone after the test. */
export function makeFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'invoice-desk-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs the program and gives its lines as they come; it is killed when the test ends. */
export function launch(t, args, env = {}) {
  if (!existsSync(program)) throw new Error(`${program} is missing: build the demo first`)
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const lines = []
  const waiting = new Set()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const exited = new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, lines, errors })
      for (const look of waiting) look()
    })
  })

  /** Resolves to what `find` makes of the lines, as soon as that is something. */
  function seen(find, what) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer)
        waiting.delete(look)
        settle(value)
      }
      const said = () => `\n${lines.join('\n')}\n${errors}`
      const look = () => {
        const found = find(lines)
        if (found) end(resolve, found)
        else if (child.exitCode !== null || child.signalCode !== null) {
          end(reject, new Error(`the program ended before ${what}:${said()}`))
        }
      }
      const timer = setTimeout(
        () => end(reject, new Error(`no ${what} within ${patience} ms:${said()}`)),
        patience,
      )
      waiting.add(look)
      look()
    })
  }

  return {
    seen,
    exited,
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    /** The log lines so far, each as an object. */
    log: () => lines.filter((line) => line.startsWith('time=')).map(parseLogfmt),
  }
}

/** Opens the desk on free ports and waits until it is open. */
export async function openDesk(t, { folder = makeFolder(t), args = [], env = {} } = {}) {
  const ports = ['--port', '0', '--back-office-port', '0', '--rates-port', '0']
  const desk = launch(t, ['--data', folder, ...ports, ...args], env)
  const addressOf = (title) => (lines) =>
    lines.find((line) => line.trim().startsWith(title))?.match(/http:\S+/)?.[0]
  return {
    ...desk,
    folder,
    api: await desk.seen(addressOf('Page and public API'), 'address of the public API'),
    office: await desk.seen(addressOf('Back office'), 'address of the back office'),
    /** The log line that `matches`, once it is there. */
    logged: (matches) => desk.seen(() => desk.log().find(matches), 'such log line'),
    /** Presses Ctrl-C and resolves when the program has ended. */
    close: () => {
      desk.kill('SIGINT')
      return desk.exited
    },
  }
}

/** Sends JSON, if any, and reads JSON or text. */
export async function ask(method, url, { body, token, headers = {}, signal } = {}) {
  const response = await fetch(url, {
    method,
    signal: signal ?? AbortSignal.timeout(patience),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
    request: response.headers.get('x-request-id'),
  }
}

/** Signs in at the public API and returns the token. */
export async function signIn({ api }) {
  return (await ask('POST', `${api}/api/sign-in`, { body: clerk })).body.token
}

/** An invoice that the desk accepts. */
export function draft(customerId = 1) {
  return {
    customerId,
    currency: ['EUR', 'USD', 'GBP'][customerId % 3],
    lines: [
      { description: 'Calibration of a pressure gauge', quantity: 3, unitPrice: 8450 },
      { description: 'Certificate, second copy', quantity: 1, unitPrice: 1995 },
    ],
  }
}

// What the shell of whoever runs the tests has set must not steer the program.
function environment() {
  const own = ['PORT', 'BACK_OFFICE_PORT', 'RATES_PORT', 'RATES_URL', 'DATA_DIR', 'LOG_LEVEL']
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !own.includes(name) && name !== 'SYNCBRIDGE_BYPASS' && !name.startsWith('NODE_TEST'),
  )
  return Object.fromEntries(kept)
}

function parseLogfmt(line) {
  const pairs = line.matchAll(/([\w-]+)=("(?:[^"\\]|\\.)*"|\S*)/g)
  return Object.fromEntries(
    [...pairs].map(([, name, value]) => [name, value.startsWith('"') ? JSON.parse(value) : value]),
  )
}
