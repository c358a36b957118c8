/** Runs a program in a process of its own that is killed at a deadline: whatever hangs is seen from outside, as `late`. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))
const DEADLINE_MS = 15_000

/**
 * @param {string | string[]} command A program file, or all arguments for Node.
 * @param {{ cwd?: string, env?: Record<string, string>, deadline?: number, onOutput?: (all: string, child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string, late: boolean, took: number }>}
 */
export function runInProcess(command, { cwd, env, deadline = DEADLINE_MS, onOutput } = {}) {
  return new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(process.execPath, [command].flat(), {
      cwd,
      // The runner's own variables would make the child report to it.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, deadline)
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (chunk) => {
        output[name] += chunk
        onOutput?.(output.stdout, child)
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, ...output, late, took: performance.now() - began })
    })
  })
}

/**
 * A folder of its own with these files, in which `@syncbridge/core` can be imported; it goes when the test has ended.
 *
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} files Text by path.
 * @param {string} [name] What the folder is called.
 */
export function folderOf(t, files, name = 'program') {
  const root = mkdtempSync(join(tmpdir(), 'syncbridge-core-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const scope = join(root, 'node_modules', '@syncbridge')
  mkdirSync(scope, { recursive: true })
  symlinkSync(packageFolder, join(scope, 'core'), 'junction')
  const folder = join(root, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Writes the files and runs the first of them. */
export function runFiles(t, files, options = {}) {
  const folder = folderOf(t, files, options.folderName)
  return runInProcess([...(options.nodeArgs ?? []), join(folder, Object.keys(files)[0])], options)
}
