import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countJunit } from '../junit-counts.ts'

test('the cases of a report are counted at every depth, by what is inside them', () => {
  const xml = `<?xml version="1.0"?>
<testsuites name="all" tests="5">
  <testsuite name="outer">
    <testcase name="a &gt; b" time="1" />
    <testcase name="opened"></testcase>
    <testsuite name="inner">
      <testcase name="bad">
        <failure message="no">a stack</failure>
      </testcase>
      <testcase name="left out"><skipped message="no threads"/></testcase>
      <testcase name="worse"><error/></testcase>
    </testsuite>
  </testsuite>
</testsuites>`
  assert.deepEqual(countJunit(xml), { passed: 2, failed: 2, skipped: 1 })
})

test('what is no report has no counts', () => {
  assert.equal(countJunit(''), undefined)
  assert.equal(countJunit('error: no such file'), undefined)
})
