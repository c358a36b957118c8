/** Programs that stand in the documentation, laid out as files and run in a process of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'

const DEADLINE_MS = 50_000

/** A folder for modules, which goes when the test has ended; what is installed for `home` can be imported there. */
export function folderIn(t, home) {
  const folder = mkdtempSync(join(home, '.readme-'))
  t.after(() => rmSync(folder, { force: true, recursive: true }))
  writeFiles(folder, { 'package.json': '{ "type": "module" }' })
  return folder
}

/** @param {Record<string, string>} files Text by path. */
export function writeFiles(folder, files) {
  for (const [name, code] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), code)
  }
}

export async function runProgram(folder, program) {
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    // The runner's own variables would make the child report to it.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, code }
}
