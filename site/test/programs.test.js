/** The programs of the documentation run, and print what their pages say. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programsOf } from '../../tools/docs-blocks.ts'
import { documentationPages } from '../../tools/docs-pages.ts'
import { readPage } from '../../tools/markdown-page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const site = fileURLToPath(new URL('..', import.meta.url))
const DEADLINE_MS = 50_000

/** Where the packages, and what others are compared with, can be imported. */
function unpack(t, { files, beside }) {
  const folder = mkdtempSync(join(site, '.readme-'))
  t.after(() => rmSync(folder, { force: true, recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  if (beside) cpSync(join(root, beside), folder, { recursive: true })
  for (const [name, code] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), code)
  }
  return folder
}

/** Times differ from run to run: any number with a fraction is as good as another. */
const shapeOf = (output) => output.replaceAll(/\d+\.\d+/g, 'N').trimEnd()

for (const page of documentationPages()) {
  const programs = programsOf(readPage(readFileSync(join(root, page), 'utf8')))
  if (programs.length === 0) continue
  describe(page, () => {
    for (const program of programs) {
      test(`line ${program.line}: the program of “${program.section}” does what the page says`, async (t) => {
        const folder = unpack(t, program)
        const main = existsSync(join(folder, 'run.js')) ? 'run.js' : program.main
        const child = spawn(process.execPath, [main], {
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
        assert.deepEqual({ stderr, code }, { stderr: '', code: 0 })
        if (program.output !== undefined) assert.equal(shapeOf(stdout), shapeOf(program.output))
      })
    }
  })
}
