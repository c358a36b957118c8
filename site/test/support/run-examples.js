/** Runs the examples of a package's docstrings, which the reference shows, as programs. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { filesOf } from '../../../tools/docs-blocks.ts'
import { examplesIn, printedBy } from '../../../tools/docstring-examples.ts'
import { folderIn, runProgram, writeFiles } from './run-program.js'

const packages = fileURLToPath(new URL('../../../packages', import.meta.url))
const compilerOptions = {
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
}

/** @returns {import('../../../tools/docstring-examples.ts').DocstringExample[]} */
function examplesOf(name) {
  const home = join(packages, name, 'src')
  return globSync('**/*.ts', { cwd: home, exclude: (file) => file.endsWith('.test.ts') })
    .sort()
    .flatMap((file) => examplesIn({ file, text: readFileSync(join(home, file), 'utf8') }))
}

/** A program with decorators is compiled, other types are for Node to strip. */
function compile(files) {
  if (!Object.values(files).some((code) => /^ *@[A-Z]/m.test(code))) return files
  const compiled = Object.entries(files).map(([file, code]) =>
    file.endsWith('.ts')
      ? [file.replace(/ts$/, 'js'), ts.transpileModule(code, { compilerOptions }).outputText]
      : [file, code],
  )
  return Object.fromEntries(compiled)
}

/**
 * Each example is a program, its files named as those of a page's blocks are. What its comments behind `console.log(…)` say is all that
 * it may print.
 *
 * @param {string} name The package's folder.
 * @param {Record<string, { beside?: Record<string, string>, prints?: string }>} surroundings By what an example documents: the
 * files that stand beside it, of which `run.js` is started in its place, and what is printed then, where the example does not say so.
 */
export function testExamples(name, surroundings) {
  const examples = examplesOf(name)

  describe(`the examples of @syncbridge/${name}`, () => {
    test('are those that are told here what stands around them', () => {
      const names = examples.map((example) => example.name)
      assert.deepEqual(names.sort(), Object.keys(surroundings).sort())
    })

    for (const example of examples) {
      const { beside = {}, prints } = surroundings[example.name] ?? {}

      test(`${example.name}: it runs, and does what it says`, async (t) => {
        const files = compile({ ...filesOf(example), ...beside })
        const said = printedBy(example.code)
        assert.ok(
          (said === '') !== (prints === undefined),
          'either its comments say what it prints, or `prints` does',
        )
        const main = ['run.js', 'main.ts', 'main.js'].find((file) => file in files)
        // Where the imports are resolved as the package's own are.
        const folder = folderIn(t, join(packages, name))
        writeFiles(folder, files)
        assert.deepEqual(await runProgram(folder, main), {
          stdout: `${prints ?? said}\n`,
          stderr: '',
          code: 0,
        })
      })
    }
  })
}
