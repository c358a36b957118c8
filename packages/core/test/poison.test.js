/** One bad value fails its own call, and the very next one works, on the same thread. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TransferError } from '@syncbridge/core'
import { below, give, poisons, take, toss, where } from './fixtures/poison.js'

const home = await where()

async function isStillWell() {
  assert.equal(await take('next'), 'next')
  assert.equal(await where(), home)
}

for (const [name, { make, is }] of Object.entries(poisons)) {
  describe(name, () => {
    const judge = async (call) => {
      if (is === 'refused') return assert.rejects(call, TransferError)
      if (is === 'fails') return assert.rejects(call)
      assert.ok(is(await call))
    }

    test('as an argument', async () => {
      if (typeof is === 'function') assert.equal(await take(make()), 'taken')
      else await judge(take(make()))
      await isStillWell()
    })

    test('as a result', async () => {
      await judge(give(name))
      await isStillWell()
    })

    test('thrown', async () => {
      if (typeof is === 'function') await judge(toss(name).then(assert.fail, (error) => error))
      else await judge(toss(name))
      await isStillWell()
    })

    for (const [way, kind] of [
      ['as an argument', 'take'],
      ['as a result', 'give'],
      ['thrown', 'toss'],
    ]) {
      test(`${way} of a blocking call`, async () => {
        const [verdict, next, thread] = await below(kind, name)
        const isFine = typeof is === 'function'
        if (is === 'fails') assert.notEqual(verdict, 'arrives')
        else assert.equal(verdict, isFine ? 'arrives' : 'SYNCBRIDGE_TRANSFER')
        assert.deepEqual([next, thread], ['taken', home])
        await isStillWell()
      })
    }
  })
}

test('an array of 100 million numbers is refused before anything is copied', async () => {
  let list = [0.5]
  // Doubled, which keeps it a packed one.
  while (list.length < 2 ** 26) list = list.concat(list)
  await assert.rejects(take(list.concat(list.slice(2 ** 25))), TransferError)
  await isStillWell()
})
