import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isTypeScript, sourceBehind } from './source-file.js'

const folder = mkdtempSync(join(tmpdir(), 'syncbridge-source-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const path of ['a.ts', 'b.tsx', 'c.mts', 'd.cts', 'both.js', 'both.ts', 'plain.js', 'x.y.ts'])
  writeFileSync(join(folder, path), '')
mkdirSync(join(folder, 'folder'))
writeFileSync(join(folder, 'folder', 'index.ts'), '')
const behind = (name: string) =>
  sourceBehind(join(folder, name))
    ?.slice(folder.length + 1)
    .replaceAll('\\', '/')

describe('the file behind a name', () => {
  test.each([
    ['a.js', 'a.ts'],
    ['b.js', 'b.tsx'],
    ['b.jsx', 'b.tsx'],
    ['c.mjs', 'c.mts'],
    ['d.cjs', 'd.cts'],
    ['a', 'a.ts'],
    ['plain', 'plain.js'],
    ['x.y', 'x.y.ts'],
    ['folder', 'folder/index.ts'],
  ])('%s is %s', (name, file) => expect(behind(name)).toBe(file))

  test('is not looked for where the name is that of a file', () => {
    expect(behind('both.js')).toBeUndefined()
    expect(behind('a.ts')).toBeUndefined()
  })

  test('is undefined where there is nothing like it', () => {
    expect(behind('missing.js')).toBeUndefined()
    expect(behind('c.js')).toBeUndefined()
  })
})

test('TypeScript is known by its ending', () => {
  expect(['a.ts', 'a.tsx', 'a.mts', 'a.cts'].every(isTypeScript)).toBe(true)
  expect(['a.js', 'a.json', 'ats', 'a.d.tsv'].some(isTypeScript)).toBe(false)
})
