import assert from 'node:assert/strict'
import { StockError, take, takeLater } from './functions.js'

const check = (error) => {
  assert.ok(error instanceof StockError)
  assert.equal(error.message, 'sold out')
  assert.equal(error.name, 'StockError')
  assert.equal(error.item, 'tea')
  assert.ok(error.cause instanceof TypeError)
  assert.equal(error.cause.message, 'the reason')
  return true
}
await assert.rejects(take('tea'), check)
assert.throws(() => takeLater('tea'), check)
