import assert from 'node:assert/strict'
import { subscribe } from 'node:diagnostics_channel'
import { add } from './functions.js'

const states = []
subscribe('syncbridge:thread', ({ state }) => states.push(state))
assert.equal(await add(1, 2), 3)
assert.deepEqual(states, ['started', 'ready'])
