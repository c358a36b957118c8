import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  addCounts,
  closingLine,
  completeResults,
  failureText,
  judgeRun,
  tableOf,
} from '../test-counts.ts'

describe('the verdict on a run', () => {
  const counts = { passed: 3, failed: 0, skipped: 1 }

  test('is its counts when it ends well', () => {
    assert.deepEqual(judgeRun('vitest', counts, 0), counts)
  })

  test('is its counts when tests explain the exit code', () => {
    const failing = { passed: 1, failed: 2, skipped: 0 }
    assert.deepEqual(judgeRun('vitest', failing, 1), failing)
  })

  test('holds one failure more when it exits with an error that no test shows', () => {
    assert.deepEqual(judgeRun('vitest', counts, 7), {
      ...counts,
      failed: 1,
      remark: 'vitest exited with 7',
    })
  })

  test('is one failure when the run left no report', () => {
    assert.deepEqual(judgeRun('a.test.js', undefined, 0), {
      passed: 0,
      failed: 1,
      skipped: 0,
      remark: 'a.test.js ended without a report',
    })
  })

  test('is one failure when every test is skipped', () => {
    assert.equal(judgeRun('vitest', { passed: 0, failed: 0, skipped: 4 }, 0).failed, 1)
  })
})

describe('the results of all projects', () => {
  const core = { project: 'packages/core', passed: 10, failed: 0, skipped: 2 }

  test('hold one failure for each project that left none', () => {
    const results = completeResults(['packages/core', 'packages/hono'], [core])
    assert.deepEqual(
      results.map(({ project, passed, failed }) => [project, passed, failed]),
      [
        ['packages/core', 10, 0],
        ['packages/hono', 0, 1],
      ],
    )
  })

  test('add up field by field', () => {
    assert.deepEqual(addCounts([core, { passed: 1, failed: 2, skipped: 3 }]), {
      passed: 11,
      failed: 2,
      skipped: 5,
    })
  })

  test('keep what failed, each as a text of limited length that begins with its title', () => {
    const text = failureText('a.test.js: adds', Array(100).fill('detail').join('\n'))
    const { failures } = addCounts([
      core,
      { ...core, failures: [text] },
      { ...core, failures: ['b'] },
    ])
    assert.deepEqual(failures, [text, 'b'])
    assert.match(text, /^FAILED {2}a\.test\.js: adds\n {8}detail\n/)
    assert.equal(text.split('\n').length, 26)
  })

  test('close with a line that names skipped tests only if there are any', () => {
    assert.equal(closingLine({ passed: 10, failed: 0, skipped: 0 }), '10 passed, 0 failed')
    assert.equal(closingLine(core), '10 passed, 0 failed, 2 skipped')
  })

  test('fill a table with one line a project', () => {
    const lines = tableOf([core, { ...core, project: 'tools', remark: 'odd' }]).split('\n')
    assert.equal(lines.length, 3)
    assert.match(lines[2] ?? '', /^tools +10 +0 +2 +odd$/)
  })
})
