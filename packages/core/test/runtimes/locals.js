import assert from 'node:assert/strict'
import { localScope } from '@syncbridge/core'
import { request, tag } from './functions.js'

await localScope(async () => {
  request.tags = []
  request.user = 'ada'
  assert.equal(await tag('one'), 'ada')
  assert.deepEqual(request.tags, ['one', 'one+'])
  await assert.rejects(tag('throw'), /after a change/)
  assert.deepEqual(request.tags, ['one', 'one+', 'throw'])
})
assert.equal(request.user, undefined)
