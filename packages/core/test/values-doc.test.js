/** docs/values.md is true: what each row tells arrives, and takes the way that it tells. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { localScope, TransferError } from '@syncbridge/core'
import {
  cases,
  forgetWay,
  judge,
  later,
  local,
  noteOrder,
  passOn,
  settle,
  sides,
  takeOrder,
  wayTaken,
} from './fixtures/values-doc.js'
import { Latch } from './support/latch.js'

const page = readFileSync(new URL('../../../docs/values.md', import.meta.url), 'utf8')
/** Of each table with these three columns, under the heading that it stands below. */
const rows = page.split(/^## /m).flatMap((section) => {
  const [heading] = section.split('\n')
  const lines = section.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const head = lines.findIndex(([, ...cells]) =>
    cells.join().startsWith('you pass,the other side receives,way'),
  )
  // After the head a line of dashes.
  const body = head < 0 ? [] : lines.slice(head + 2).filter((cells) => cells.length === 5)
  return body.map(([, passed, received, way]) => ({ passed, received, way, heading }))
})
/** Said in one place, so that they change in one. */
const [, megabytes, levels] = page.match(/up to (\d+) MB and (\d+) levels deep/).map(Number)
const limits = { bytes: megabytes * 2 ** 20, levels }

const isRefused = (error) => {
  assert.ok(error instanceof TransferError, String(error))
  return true
}

test('each row has its case, each case its row, and no row stands twice', () => {
  assert.deepEqual(
    rows.map(({ passed }) => passed),
    Object.keys(cases),
  )
})

for (const [calls, side] of Object.entries(sides)) {
  describe(`in ${calls}`, () => {
    // A thread that starts is sent its own port, which is no message.
    before(() => side.wayTaken())

    for (const { passed: name, way, received, heading } of rows) {
      if (!Object.hasOwn(cases, name)) continue
      const { make, after, list, stack } = cases[name]
      const indexes = make(limits).map((_, index) => index)
      const isThrown = name.endsWith('that is thrown')

      if (way === '–') {
        test(`${name}: a TransferError`, async () => {
          assert.match(received, /^nothing/)
          for (const index of indexes) {
            const value = make(limits)[index]
            await assert.rejects(async () => side.judge(name, index, limits, value), isRefused)
            await assert.rejects(async () => side.give(name, index, limits), isRefused)
          }
        })
        continue
      }

      if (!isThrown) {
        test(`${name}, given as an argument: ${received}`, async () => {
          for (const index of indexes) {
            const sent = make(limits)[index]
            forgetWay()
            const judged = side.judge(name, index, limits, sent)
            const taken = wayTaken()
            await judged
            await verdictOf(side)
            after?.(sent)
            assert.equal(taken, way)
          }
          if (!list) return
          forgetWay()
          const done = side.judgeList(name, ...list.make())
          assert.equal(wayTaken(), way)
          await done
        })

        test(`${name}, as a result: ${received}`, async () => {
          for (const index of indexes) {
            const given = await side.give(name, index, limits)
            const taken = await side.wayTaken()
            await judgeHere(name, index, given)
            await side.after(name)
            assert.equal(taken, way)
          }
        })
      }

      if (heading !== 'Errors') continue
      test(`${name}, thrown: ${received}`, async () => {
        for (const index of indexes) {
          const thrown = await catchFrom(async () => side.throw(name, index, limits))
          const taken = await side.wayTaken()
          await judgeHere(name, index, thrown)
          assert.equal(taken, way)
          if (stack) assert.match(thrown.stack, stack)
        }
      })

      test(`${name}, as the cause of what is thrown: ${received}`, async () => {
        for (const index of indexes) {
          const thrown = await catchFrom(async () => side.throwAround(name, index, limits))
          const taken = await side.wayTaken()
          assert.equal(thrown.message, 'around')
          await judgeHere(name, index, thrown.cause)
          assert.equal(taken, way)
        }
      })
    }
  })
}

describe('the way', () => {
  const wayOf = async (call) => {
    forgetWay()
    const done = call()
    const taken = wayTaken()
    await done
    return taken
  }

  test('is through shared memory up to the limits', async () => {
    // First a small one, so that all before it has been read: until then a large one may find no room.
    await passOn(1)
    const text = 'x'.repeat(limits.bytes / 2)
    assert.equal(await wayOf(() => passOn(text)), 'shared memory')
    let nest = 'bottom'
    for (let level = 0; level < limits.levels / 2; level += 1) nest = { next: nest }
    assert.equal(await wayOf(() => passOn(nest)), 'shared memory')
  })

  test('is that of the whole message, what Locals bring along included', async () => {
    await localScope(async () => {
      local.plain = { a: 1 }
      assert.equal(await wayOf(() => passOn(1)), 'shared memory')
      local.since = new Date(5)
      assert.equal(await wayOf(() => passOn(1)), 'port')
    })
    assert.equal(await wayOf(() => passOn(1)), 'shared memory')
  })

  test('makes no difference to the order', async () => {
    const beside = [1, new Date(5), 'x'.repeat(1000), 1n, 'x'.repeat(limits.bytes * 2), { a: 1 }]
    const numbers = Array.from({ length: 600 }, (_, index) => index)
    const answers = []
    await Promise.all(
      numbers.map(async (number) => {
        answers.push(await noteOrder(number, beside[(number * 5 + (number >> 3)) % beside.length]))
      }),
    )
    assert.deepEqual(await takeOrder(), numbers)
    assert.deepEqual(answers, numbers)
  })
})

/** A sync thread can't wait for what time tells, and need not: its loop turns between calls. */
async function verdictOf(side) {
  const latch = new Latch()
  await side.settle(latch.memory)
  await latch.wait()
  await side.later()
}

async function judgeHere(name, index, received) {
  judge(name, index, limits, received)
  await verdictOf({ settle, later })
}

async function catchFrom(run) {
  try {
    await run()
  } catch (thrown) {
    return thrown
  }
  assert.fail('nothing was thrown')
}
