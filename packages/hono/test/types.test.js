import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const fixtures = fileURLToPath(new URL('fixtures/types/', import.meta.url))

/** What the compiler says of the files of a folder: all at once, since the libraries' types take it long. */
function compile(folder) {
  const path = join(folder, 'tsconfig.json')
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const errors = ts
    .getPreEmitDiagnostics(ts.createProgram(fileNames, options))
    // Those of the libraries' own declaration files are not ours to judge.
    .filter(({ file }) => !file?.fileName.includes('/node_modules/'))
    .map(({ file, messageText, start = 0 }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
      return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  return { fileNames, errors }
}

/** The README's typed routes; what its comments say of types is asked for. */
function readmeTypes() {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [[, code], ...others] = [...readme.matchAll(/```ts\n(.*?)```/gs)]
  assert.equal(others.length, 0)
  const asked = code.replace(/: (params\.to|body\.cents), \/\/ (\w+)/g, ': $1 satisfies $2,')
  assert.match(asked, /params\.to satisfies string/)
  assert.match(asked, /body\.cents satisfies number/)
  return asked
}

test('the published types follow path, validators and result to the client, give c.var.syncbridge and check the options, and the README is right about them', (t) => {
  const example = join(fixtures, 'readme.ts')
  t.after(() => rmSync(example))
  writeFileSync(example, readmeTypes())

  const { fileNames, errors } = compile(fixtures)

  assert.equal(fileNames.length, 3)
  assert.deepEqual(errors, [])
})
