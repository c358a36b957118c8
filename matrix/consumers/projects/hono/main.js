import { shutdown } from '@syncbridge/core'
import { app } from './app.js'
import { serve } from './serve.js'
import { quote } from './shop.js'

const blocking = quote('ink')
const { url, close } = await serve(app.fetch)
const answers = await Promise.all(
  Array.from({ length: 20 }, async () => {
    const answer = await fetch(`${url}/invoice/pen,ink?known=yes`)
    return JSON.stringify(await answer.json())
  }),
)
const [first, ...others] = new Set(answers)
if (others.length > 0) throw new Error(`requests were answered differently: ${[first, ...others]}`)
const refused = await fetch(`${url}/invoice/cap`)
const { item } = await refused.json()
if (refused.status !== 404) throw new Error(`answered ${refused.status}`)
await close()
await shutdown({ timeout: 5000 })
console.log(JSON.stringify({ blocking, nested: JSON.parse(first), error: item }))
