/** What one side can write, the other can read; and where it can't, nobody waits for it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { localScope, transfer } from '@syncbridge/core'
import * as deep from './fixtures/deep-values.js'
import * as code from './fixtures/user-code.js'
import { eachKeepsItsThread } from './support/keeps-its-thread.js'
import { runFiles } from './support/run-in-process.js'

eachKeepsItsThread()

for (const levels of [150, 2500, 20_000])
  for (const shape of levels === 20_000 ? ['mixed'] : deep.names)
    describe(`${levels} levels (${shape})`, () => {
      test('cross as arguments and results, awaited and blocking', async () => {
        const value = deep.nested(shape, levels)
        assert.equal(await deep.count(value), levels)
        assert.equal(await deep.countInPool(value), levels)
        assert.equal(deep.countBlocking(value), levels)
        assert.equal(deep.levelsOf(await deep.make(shape, levels)), levels)
        assert.equal(deep.levelsOf(deep.makeBlocking(shape, levels)), levels)
      })

      test('cross thrown, as items, through callbacks, in Locals, and beside what is moved', async () => {
        const value = deep.nested(shape, levels)
        const thrown = await deep.throwIt(shape, levels).catch((error) => error)
        assert.equal(deep.levelsOf(thrown), levels)

        const iterator = await deep.items(shape, levels)
        assert.equal(deep.levelsOf((await iterator.next()).value), levels)
        assert.equal(deep.levelsOf((await iterator.next()).value), levels)
        assert.deepEqual(await iterator.next(value), { value: levels, done: true })

        const callback = (given) => (given === undefined ? value : deep.levelsOf(given))
        assert.deepEqual(await deep.ask(callback, shape, levels), [levels, levels])
        await deep.keepIt(callback)
        assert.equal(await deep.callKept(shape, levels), levels)

        await localScope(async () => {
          deep.local.value = value
          assert.equal(await deep.setLocal(shape, levels), levels)
          assert.equal(deep.levelsOf(deep.local.value), levels)
        })

        const bytes = new ArrayBuffer(8)
        assert.deepEqual(await deep.moved(transfer({ bytes, value }, [bytes])), [8, levels])
      })
    })

test('what is nested deep and occurs twice arrives as one, and a circle as a circle', async () => {
  const end = { end: new Date(0) }
  const value = deep.nested('object', 3000, end)
  end.root = value
  value.twin = end.end
  assert.deepEqual(await deep.same(value), [true, true])
})

test('what never ends is a TransferError that names the depth', async () => {
  const endless = () => ({
    get next() {
      return endless()
    },
  })
  await assert.rejects(async () => code.giveBack(endless()), {
    code: 'SYNCBRIDGE_TRANSFER',
    message: /nested more than \d+ levels deep/,
  })
  const proxies = () => new Proxy({ next: 0 }, { get: proxies })
  await assert.rejects(async () => code.giveBack(proxies()), { code: 'SYNCBRIDGE_TRANSFER' })
})

describe('a caller near the end of its stack', () => {
  for (const kind of deep.stackKinds)
    for (const warmUps of [0, 300])
      test(`gets an answer or an error at once, and its thread lives on (${kind}, ${warmUps} calls before)`, async (t) => {
        const {
          stdout,
          late,
          code: exit,
        } = await runFiles(
          t,
          {
            'main.mjs': `
import { onLastFramesOfThread, onLastFramesHere } from ${JSON.stringify(new URL('./fixtures/deep-values.js', import.meta.url).href)}
const there = await onLastFramesOfThread.with({ timeout: 50_000 })('${kind}', ${warmUps})
console.log(JSON.stringify([there, onLastFramesHere('${kind}', ${warmUps})]))
process.exit()`,
          },
          { deadline: 55_000 },
        )
        assert.deepEqual({ late, exit }, { late: false, exit: 0 })
        for (const { last, others } of JSON.parse(stdout)) {
          if (warmUps > 0) assert.equal(last, 'answered')
          for (const other of others)
            assert.match(String(other), /^(RangeError|SYNCBRIDGE_TRANSFER)$/)
        }
      })
})
