// What the example of the README takes for granted: a ledger, and a server of rates.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

const db = new DatabaseSync('ledger.db')
db.exec(
  'CREATE TABLE invoices (id INTEGER, total REAL); INSERT INTO invoices VALUES (17, 200), (18, 10)',
)
db.close()

const asked = []
const rates = createServer(({ url }, response) => {
  asked.push(url)
  response.end('1.5')
}).listen(0, '127.0.0.1')
await once(rates, 'listening')
const { fetch } = globalThis
// The port of the page may be taken on this machine.
globalThis.fetch = (url) => {
  assert.match(url, /^http:\/\/localhost:4000\//)
  return fetch(url.replace('localhost:4000', `127.0.0.1:${rates.address().port}`))
}

await import('./server.js')
assert.deepEqual(asked, ['/EUR', '/EUR', '/EUR'])
const { convert } = await import('./ledger.js')
assert.equal(await convert(17, 'USD'), 300)
rates.closeAllConnections()
rates.close()
