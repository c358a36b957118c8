import assert from 'node:assert/strict'
import { readStorage, storage } from './functions.js'

assert.equal(await storage.run({ user: 'ada' }, () => readStorage()), 'ada')
assert.equal(await readStorage(), undefined)
