import assert from 'node:assert/strict'
import { configure } from '@syncbridge/core'
import { isSetUp } from './functions.js'

configure({ setup: [new URL('./setup-module.js', import.meta.url)] })
assert.equal(await isSetUp(), true)
