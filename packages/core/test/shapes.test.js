import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoOne as echo } from './fixtures/values.js'

const listOf = (prefix) =>
  Array.from({ length: 50 }, () =>
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${prefix}property${index}`, 1])),
  )

/** In ms, for a list of objects of one shape, once that shape has been sent often. */
async function timeOf(prefix) {
  const list = listOf(prefix)
  for (let round = 0; round < 200; round += 1) await echo(list)
  const times = []
  for (let run = 0; run < 20; run += 1) {
    const began = performance.now()
    for (let round = 0; round < 25; round += 1) await echo(list)
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}

test('objects of a shape cost as much after thousands of others that came before, once or twice each', async () => {
  await timeOf('warm')
  const before = await timeOf('before')
  for (let index = 0; index < 4000; index += 1) {
    const one = { [`k${index}`]: 1, [`m${index}`]: { [`x${index}`]: 2 } }
    assert.deepEqual(await echo([one, { ...one }]), [one, one])
  }
  const [known, later] = [await timeOf('before'), await timeOf('later')]
  assert.ok(known < before * 2, `${before} ms before, ${known} ms for the same shape after`)
  assert.ok(later < before * 2, `${before} ms before, ${later} ms for a new shape after`)
})
