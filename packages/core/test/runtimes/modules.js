import assert from 'node:assert/strict'
import { asyncToSync, syncToAsync } from '@syncbridge/core'

const sync = syncToAsync(new URL('./plain-module.js', import.meta.url))
const async = asyncToSync(new URL('./plain-module.js', import.meta.url))
assert.equal(await sync.triple(14), 42)
assert.equal(async.tripleLater(14), 42)
