import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOfPage } from '../src/page.ts'

const page = (...rows: string[]) =>
  ['| setup | what you need |', '| --- | --- |', ...rows.map((row) => `| ${row} | nothing |`)].join(
    '\n',
  )

test('a page that has each setup once has no faults', () => {
  assert.deepEqual(faultsOfPage(page('tsx', 'Jest, babel'), ['Jest, babel', 'tsx']), [])
})

test('a page that lacks a setup, invents one or has one twice is told so', () => {
  assert.deepEqual(faultsOfPage(page('tsx', 'tsx', 'bun'), ['tsx', 'jest']), [
    "has no row for 'jest', which the matrix runs",
    "has a row for 'bun', which the matrix doesn't run",
    "has two rows for 'tsx'",
  ])
})
