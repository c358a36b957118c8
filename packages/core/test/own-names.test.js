import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import * as names from './fixtures/own-names.js'

const own = (value) => JSON.parse(JSON.stringify(value))
const values = [{ a: 1, b: [{ z: 1 }] }, { a: { b: { c: 'text' } } }, [{ k: 1 }, { k: 2 }]]

describe('a property that somebody has added to every object', () => {
  afterEach(async () => {
    Reflect.deleteProperty(Object.prototype, 'extra')
    await names.repair('extra')
    assert.deepEqual(await names.echo({ a: 1 }), { a: 1 })
  })

  for (const where of ['here', 'there', 'on both sides'])
    test(`changes nothing of what crosses (${where})`, async () => {
      // Once before: shapes are known by then.
      for (const value of values) await names.echo(value)
      if (where !== 'here') await names.extend('extra')
      if (where !== 'there') Object.assign(Object.prototype, { extra: 'extended' })
      for (let times = 0; times < 70; times += 1)
        for (const value of values) {
          const arrived = await names.echo(value)
          Reflect.deleteProperty(Object.prototype, 'extra')
          assert.deepEqual(own(arrived), value)
          assert.deepEqual(Object.keys(arrived), Object.keys(value))
          if (where !== 'there') Object.assign(Object.prototype, { extra: 'extended' })
        }
    })
})
