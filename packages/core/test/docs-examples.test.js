/** The code blocks of docs/values.md run: each names its files by comments, and `main.js` is the program. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { folderOf, runInProcess } from './support/run-in-process.js'

const page = readFileSync(new URL('../../../docs/values.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, block]) =>
  Object.fromEntries(
    block
      .split(/^\/\/ (?=\S+\.js$)/m)
      .slice(1)
      .map((file) => [file.slice(0, file.indexOf('\n')), file.slice(file.indexOf('\n') + 1)]),
  ),
)
const settings = { 'package.json': '{ "type": "module" }', 'notes.txt': 'one\nstop\nthree' }

async function run(t, files, main) {
  const folder = folderOf(t, { ...settings, ...files })
  const { stdout, stderr, code } = await runInProcess(join(folder, main), { cwd: folder })
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
