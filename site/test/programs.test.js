/** The programs of the documentation run, and print what their pages say. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programsOf } from '../../tools/docs-blocks.ts'
import { documentationPages } from '../../tools/docs-pages.ts'
import { readPage } from '../../tools/markdown-page.ts'
import { folderIn, runProgram, writeFiles } from './support/run-program.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const site = fileURLToPath(new URL('..', import.meta.url))

/** Where the packages, and what others are compared with, can be imported. */
function unpack(t, { files, beside }) {
  const folder = folderIn(t, site)
  if (beside) cpSync(join(root, beside), folder, { recursive: true })
  writeFiles(folder, files)
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
        const { stdout, stderr, code } = await runProgram(folder, main)
        assert.deepEqual({ stderr, code }, { stderr: '', code: 0 })
        if (program.output !== undefined) assert.equal(shapeOf(stdout), shapeOf(program.output))
      })
    }
  })
}
