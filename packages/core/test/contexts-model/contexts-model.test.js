import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isReason, Judge } from './judge.js'
import { Model } from './model.js'
import { superviseContexts } from './supervise.js'

// Always the same programs here, so that a red run means a change; `npm run test:contexts -w @syncbridge/core` grows new ones.
const [seed, count, seconds] = [1, 150, 30]
// A machine that is busy does fewer of them; one that hangs is found after a minute, and that must be told before the test is ended.
const limit = { timeout: (seconds + 120) * 1000 }

test(
  'random programs of contexts run where the model says, tell whom it says, and leave nothing',
  limit,
  async () => {
    const { tally, report } = await superviseContexts({ seed, count, seconds, patience: 0 })
    if (report) assert.fail(report)
    assert.ok(tally.programs > 0, 'every program was too slow for its timeouts here')
  },
)

describe('the model of contexts', () => {
  const limits = { maxThreads: 1, maxQueue: 1 }
  const plain = { kind: 'plain' }

  test('gives one thread to one run, lets one wait, refuses the next, and serves in order', () => {
    const model = new Model(limits, 0)
    const [one, other, third] = [1, 2, 3].map((id) => model.open(id, plain))
    const calls = [one, other, third].map((run, index) =>
      model.call(run, { id: 4 + index, kind: 'note' }),
    )
    assert.deepEqual(
      calls.map(({ outcome }) => outcome),
      [{ thread: 'lease 0' }, undefined, { code: 'SYNCBRIDGE_QUEUE_FULL' }],
    )
    model.end(one, { value: 1 })
    assert.deepEqual(calls[1].outcome, { thread: 'lease 1' })
    assert.equal(model.count, 1)
  })

  test('tells an abort to what is under way, else to the next call, and once', () => {
    const model = new Model({ maxThreads: 2, maxQueue: 1 }, 0)
    const [busy, quiet] = [1, 2].map((id) => model.open(id, plain))
    const held = model.call(busy, { id: 3, kind: 'hold' })
    for (const run of [busy, quiet]) model.abort(run, 'abort')
    const next = [4, 5].map((id) => model.call(quiet, { id, kind: 'note' }).outcome)
    assert.deepEqual(held.outcome, { error: 'abort' })
    assert.deepEqual(next, [{ error: 'abort' }, { thread: 'lease 1' }])
  })

  test('tells an abort to the next call also after the end, where somebody had listened', () => {
    const model = new Model({ maxThreads: 2, maxQueue: 1 }, 0)
    const kinds = ['signal', 'factory', 'factory']
    const runs = kinds.map((kind, index) => model.open(1 + index, { kind }))
    model.look(runs[1])
    for (const run of runs) {
      model.abort(run, 'abort')
      model.end(run, { value: run.id })
    }
    const next = runs.map((run) => model.call(run, { id: 3 + run.id, kind: 'note' }).outcome)
    assert.deepEqual(next, [{ error: 'abort' }, { error: 'abort' }, { thread: 'shared' }])
  })

  test('gives nobody a thread whose hook has failed', () => {
    const model = new Model(limits, 0)
    const run = model.open(1, plain)
    model.call(run, { id: 2, kind: 'hook', hook: 'throws' })
    model.end(run, { value: 1 })
    assert.deepEqual([model.count, model.idle, model.failures], [0, 0, 1])
  })
})

describe('the judge of programs of contexts', () => {
  const after = (entries, isShutDown = false) => {
    const model = new Model({ maxThreads: 2, maxQueue: 1 }, 0)
    const [one, other] = [1, 2].map((id) => model.open(id, { kind: 'plain' }))
    model.call(one, { id: 3, kind: 'hook', hook: 'async' })
    model.call(other, { id: 4, kind: 'note' })
    model.end(one, { value: 1 })
    if (isShutDown) model.shutdown()
    return new Judge(model, []).judgeLog(entries)
  }
  const call = (id, thread) => ({ kind: 'call', id, thread })
  const hook = (thread) => [
    { kind: 'hook', id: 3, thread },
    { kind: 'hook done', id: 3, thread },
  ]

  test('finds nothing wrong with what should have happened', () => {
    assert.deepEqual(after([call(3, 1), call(4, 2), ...hook(1)]), [])
  })

  test('still expects what exit functions did before a shutdown', () => {
    assert.deepEqual(after([call(3, 1), call(4, 2), ...hook(1)], true), [])
    assert.match(after([call(3, 1), call(4, 2)], true)[0], /should be call 3, hook 3, hook done 3/)
  })

  test('sees two runs on one thread, a hook on another, one that is not through, and what should not have run', () => {
    assert.match(after([call(3, 1), call(4, 1), ...hook(1)])[0], /which another run has/)
    assert.match(after([call(3, 1), call(4, 2), ...hook(2)])[0], /hook 3 ran on thread 2/)
    assert.match(after([call(3, 1), call(4, 2), hook(1)[0]])[0], /on lease 0: call 3, hook 3;/)
    assert.match(after([call(5, 1)])[0], /call 5 happened, and should not/)
  })

  test('takes the very reason only, and for a timeout one error for all', () => {
    const reasons = new Map([['abort', new Error('abort')]])
    assert.ok(isReason(reasons.get('abort'), 'abort', reasons))
    assert.ok(!isReason(new Error('abort'), 'abort', reasons))
    const timeout = () => Object.assign(new Error('late'), { code: 'SYNCBRIDGE_CALL_TIMEOUT' })
    const first = timeout()
    assert.ok(isReason(first, 'timeout of run 1', reasons))
    assert.ok(isReason(first, 'timeout of run 1', reasons))
    assert.ok(!isReason(timeout(), 'timeout of run 1', reasons))
    assert.ok(!isReason(new Error('other'), 'timeout of run 2', reasons))
  })
})
