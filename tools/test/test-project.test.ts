import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runInGroup } from '../child.ts'

const script = fileURLToPath(new URL('../test-project.ts', import.meta.url))
const HEADER = "import { test } from 'node:test'\n"

describe('running the tests of a project', () => {
  let home = ''
  let results = ''
  let said: string[] = []

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'syncbridge-project-'))
    results = join(home, 'results')
    mkdirSync(join(home, 'test'))
    mkdirSync(results)
  })

  afterEach(() => rmSync(home, { recursive: true }))

  async function runTests(files: Record<string, string>) {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(home, 'test', name), HEADER + content)
    }
    const { code } = await runInGroup(process.execPath, [script, home], {
      deadline: 60_000,
      env: { ...process.env, SYNCBRIDGE_TEST_RESULTS: results },
      stdio: 'ignore',
    })
    const [report] = readdirSync(results)
    const { passed, failed, skipped, remark, failures } = JSON.parse(
      readFileSync(join(results, String(report)), 'utf8'),
    )
    said = failures ?? []
    return { code, passed, failed, skipped, remark }
  }

  test('counts the tests of all files', async () => {
    const files = {
      'a.test.mjs': "test('one', () => {})\ntest('two', { skip: 'why' }, () => {})",
      'b.test.ts': "const x: number = 1\ntest('three', () => x)",
    }
    assert.deepEqual(await runTests(files), {
      ...{ code: 0, passed: 2, failed: 0, skipped: 1 },
      remark: undefined,
    })
  })

  test('counts a failing test', async () => {
    const files = { 'a.test.js': "test('one', () => { throw new Error('x') })" }
    assert.deepEqual(await runTests(files), {
      ...{ code: 1, passed: 0, failed: 1, skipped: 0 },
      remark: undefined,
    })
    assert.match(said.join(), /^FAILED {2}test\/a\.test\.js: one\n {8}Error: x/)
  })

  test('counts a file that exits before its tests are done as a failure', async () => {
    const files = { 'a.test.mjs': "test('one', () => {})\nprocess.exit(0)" }
    assert.deepEqual(await runTests(files), {
      ...{ code: 1, passed: 0, failed: 1, skipped: 0 },
      remark: 'a.test.mjs ended without a report',
    })
    assert.match(said.join(), /^FAILED {2}test\/a\.test\.mjs: a\.test\.mjs ended without a report/)
  })

  test('counts a file without a test as a failure', async () => {
    const { code, failed } = await runTests({ 'a.test.mjs': '' })
    assert.deepEqual({ code, failed }, { code: 1, failed: 1 })
  })

  test('counts an error that comes after the last test as a failure', async () => {
    const files = {
      'a.test.mjs': "test('one', () => { setImmediate(() => { throw new Error('late') }) })",
    }
    const { code, failed } = await runTests(files)
    assert.deepEqual({ code, failed }, { code: 1, failed: 1 })
  })

  test('counts a project without any test as a failure', async () => {
    const { code, remark } = await runTests({})
    assert.deepEqual({ code, remark }, { code: 1, remark: 'this project ran no test' })
  })
})
