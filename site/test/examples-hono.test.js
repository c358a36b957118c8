/** The examples of @syncbridge/hono's docstrings, and what stands around each. */
import { testExamples } from './support/run-examples.js'

testExamples('hono', {
  syncbridge: {
    beside: {
      'run.js': `
import { stats } from '@syncbridge/core'
import { app } from './app.ts'
const [first, second] = await (await app.request('/')).json()
console.log(first === second, ...stats().threads.map(({ role }) => role))
`,
    },
    prints: 'true leased',
  },

  syncHandler: {
    beside: {
      'run.js': `
import { stats } from '@syncbridge/core'
import { app } from './app.ts'
console.log(await (await app.request('/square/5')).text(), stats().calls.succeeded)
`,
    },
    prints: '{"square":25} 1',
  },
})
