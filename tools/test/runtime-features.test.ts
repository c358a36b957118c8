import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { root } from '../nx.ts'
import { features, missingOf } from '../runtime-features.ts'

const programs = join(root, 'packages/core/test/runtimes')
/** What the programs import. */
const PARTS = ['functions.js', 'plain-module.js', 'setup-module.js']

describe('the features that are run on other runtimes', () => {
  test('are the rows of the table of docs/compatibility.md, in its order', () => {
    const missing = missingOf(readFileSync(join(root, 'docs/compatibility.md'), 'utf8'))
    assert.deepEqual(
      [...missing.keys()],
      features.map(({ title }) => title),
    )
  })

  test('have a program each, and each program is one of them', () => {
    for (const { program } of features)
      assert.ok(existsSync(join(programs, `${program}.js`)), program)
    const files = globSync('*.js', { cwd: programs }).filter((file) => !PARTS.includes(file))
    assert.deepEqual(
      files.map((file) => basename(file, '.js')).sort(),
      features.map(({ program }) => program).sort(),
    )
  })

  test('are missing where a cell of the table says no, with its reason below the table', () => {
    const page = [
      '| `a` | yes | no (1) | yes |',
      '| b | yes | yes | yes |',
      '| package | 20 | 1.4 | 2.9 |',
    ]
    assert.deepEqual(
      [...missingOf(page.join('\n'))],
      [
        ['`a`', new Set(['bun'])],
        ['b', new Set()],
      ],
    )
    const text = readFileSync(join(root, 'docs/compatibility.md'), 'utf8')
    for (const [, number] of text.matchAll(/\| no(?: \((\d+)\))? /g))
      assert.match(text, new RegExp(`^${number}\\. `, 'm'))
  })
})
