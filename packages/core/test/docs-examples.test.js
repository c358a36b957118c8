/** The code blocks of docs/values.md and of the README run: each names its files by comments, and `main.js` is the program. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { folderOf, runInProcess } from './support/run-in-process.js'

/** Each block as its files; one that names none is `main.js`. */
function blocksOf(path) {
  const page = readFileSync(new URL(path, import.meta.url), 'utf8')
  return [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => {
    const files = block.split(/^\/\/ (?=\S+\.js$)/m)
    if (files.length === 1) return { 'main.js': block }
    return Object.fromEntries(
      files
        .slice(1)
        .map((file) => [file.slice(0, file.indexOf('\n')), file.slice(file.indexOf('\n') + 1)]),
    )
  })
}
const blocks = blocksOf('../../../docs/values.md')
const settings = { 'package.json': '{ "type": "module" }', 'notes.txt': 'one\nstop\nthree' }

async function run(t, files, main, env = {}) {
  const folder = folderOf(t, { ...settings, ...files })
  const { stdout, stderr, code } = await runInProcess(join(folder, main), { cwd: folder, env })
  assert.deepEqual({ stderr, code }, { stderr: '', code: 0 })
  return stdout
}
const blockWith = (name) => blocks.find((files) => files[name])

describe('docs/values.md', () => {
  test('has a program for each feature', () => {
    assert.deepEqual(blocks.map(Object.keys), [
      ['report.js', 'main.js'],
      ['lines.js', 'main.js'],
      ['money.js'],
    ])
  })

  test('tells the progress of a report', async (t) => {
    assert.equal(await run(t, blockWith('report.js'), 'main.js'), '1 of 2\n2 of 2\n')
  })

  test('reads lines until it stops', async (t) => {
    const files = blockWith('lines.js')
    const told = files['main.js'].replace(
      "if (line === 'stop') break",
      (rest) => `{ console.log(line); ${rest} }`,
    )
    assert.notEqual(told, files['main.js'])
    assert.equal(await run(t, { ...files, 'main.js': told }, 'main.js'), 'one\nstop\n')
  })

  test('passes money', async (t) => {
    const files = {
      ...blockWith('money.js'),
      'bank.js': `
import { syncToAsync } from '@syncbridge/core'
import { Money } from './money.js'
export const double = syncToAsync((money) => new Money(2 * money.cents))
`,
      'main.js': `
import { double } from './bank.js'
import { Money } from './money.js'
const doubled = await double(new Money(21))
console.log(doubled instanceof Money, doubled.cents)
`,
    }
    assert.equal(await run(t, files, 'main.js'), 'true 42\n')
  })
})

describe('the README', () => {
  const [oneFile, notes, report, ...more] = blocksOf('../README.md')

  test('has three programs', () => {
    assert.deepEqual(more, [])
  })

  test('hashes in one file', async (t) => {
    assert.match(await run(t, oneFile, 'main.js'), /^\[\n {2}'[0-9a-f]{128}',\n/)
  })

  const skip =
    !isBuiltin('node:sqlite') && 'the README keeps its notes in node:sqlite, which Node 20 has not'
  test('keeps notes in transactions, side by side', { skip }, async (t) => {
    const files = {
      'notes.js': notes['main.js'],
      'connection.js': `
import { DatabaseSync } from 'node:sqlite'
export const db = new DatabaseSync('notes.db')
db.exec('PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS notes (text)')
`,
      'main.js': `
import { db } from './connection.js'
import { addNote } from './notes.js'
await Promise.all(Array.from({ length: 5 }, (_, index) => addNote(String(index))))
console.log(db.prepare('SELECT count(*) AS count FROM notes').get().count)
`,
    }
    // Before 24.15 Node warns of sqlite in each thread.
    const env = { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' }
    assert.equal(await run(t, files, 'main.js', env), '5\n')
  })

  test('renders a report, and tells how far it is', async (t) => {
    assert.equal(await run(t, report, 'main.js'), '<p>a</p>\n1 done\n<p>b</p>\n2 done\n')
  })
})
