import assert from 'node:assert/strict'
import { take, takeLater } from './functions.js'

function sell() {
  // No tail call: that leaves no frame in JavaScriptCore.
  return [takeLater('tea')]
}
async function sellLater() {
  await take('tea')
}

function check({ stack }, seller) {
  const [thrown, called] = stack.split(/^.*called from ---$/m)
  assert.match(thrown, /sold out/)
  assert.match(thrown, /takeFromStock.*functions\.js/)
  assert.match(called, new RegExp(`${seller}.*stacks\\.js`))
  assert.doesNotMatch(stack, /core\/dist/)
}
assert.throws(sell, (error) => {
  check(error, 'sell')
  return true
})
await assert.rejects(sellLater(), (error) => {
  check(error, 'sellLater')
  return true
})
