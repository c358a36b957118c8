import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { ask, makeFolder, openDesk, signIn } from './support/desk.js'

describe('the ledger as CSV', () => {
  // 22 MB: whoever kept what has been sent would hold 15 MB more in its last third than in its first.
  const postings = 500_000
  const mostGrowth = 6

  it('streams 500,000 postings with flat memory, while a reader counts its lines', {
    timeout: 110_000,
  }, async (t) => {
    const folder = makeFolder(t)
    await (await openDesk(t, { folder })).close()
    // With a small nursery garbage is collected at once, and what grows is what is kept.
    const env = { LOG_LEVEL: 'warn', NODE_OPTIONS: '--max-semi-space-size=1' }
    const seeded = fill(join(folder, 'ledger.db'))
    const desk = await openDesk(t, { folder, env })
    const token = await signIn(desk)
    const memory = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${desk.pid}/status`, 'utf8'))[1]) / 1024
    const read = async (look) => {
      const response = await fetch(`${desk.office}/ledger/export.csv`, {
        headers: { authorization: `Bearer ${token}` },
      })
      assert.match(response.headers.get('content-disposition'), /ledger\.csv/)
      let lines = 0
      let bytes = 0
      for await (const chunk of response.body) {
        bytes += chunk.length
        for (const byte of chunk) if (byte === 10) lines++
        look?.(bytes)
      }
      return { lines, bytes }
    }
    // What is measured is a program that has done it before, twice: in its second reading the engine still compiles, some megabytes in
    // four threads, and from the third on nothing more is kept than before.
    const { lines, bytes } = await read()
    assert.equal(lines, 1 + seeded)
    await read()
    // Garbage comes and goes, and lies about for longer where the machine is busy; what is flat is how low memory gets between two
    // collections. What is kept would be there at the lowest moment, too.
    const third = bytes / 3
    let early = Number.POSITIVE_INFINITY
    let late = Number.POSITIVE_INFINITY
    const again = await read((sofar) => {
      if (sofar < third) early = Math.min(early, memory())
      else if (sofar > 2 * third) late = Math.min(late, memory())
    })
    assert.deepEqual(again, { lines, bytes })
    const growth = late - early
    t.diagnostic(
      `${seeded} postings, ${megabytes(bytes)}: at least ${early.toFixed(1)} MB in the first third, ${late.toFixed(1)} MB in the last`,
    )
    assert.ok(growth < mostGrowth, `memory grew by ${growth} MB`)
  })

  it('whose reader leaves half-way gives its thread back', async (t) => {
    const desk = await openDesk(t)
    const token = await signIn(desk)
    for (let turn = 0; turn < 6; turn++) {
      const leaving = new AbortController()
      const response = await fetch(`${desk.office}/ledger/export.csv`, {
        headers: { authorization: `Bearer ${token}` },
        signal: leaving.signal,
      })
      await response.body.getReader().read()
      leaving.abort()
    }
    // There are four threads for requests: one that was kept would be missed.
    const balances = await Promise.all(
      Array.from({ length: 8 }, () => ask('GET', `${desk.office}/ledger/balance`)),
    )
    assert.ok(balances.every(({ status }) => status === 200))
  })

  const megabytes = (count) => `${(count / 2 ** 20).toFixed(1)} MB`

  function fill(file) {
    const database = new DatabaseSync(file)
    database.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${postings / 2})
      INSERT INTO postings (invoice_id, account_id, posted_on, amount)
      SELECT 1, (SELECT min(id) FROM accounts), '2026-01-01', CASE side WHEN 0 THEN i ELSE -i END
      FROM n, (SELECT 0 AS side UNION SELECT 1)`)
    const { count } = database.prepare('SELECT count(*) AS count FROM postings').get()
    database.close()
    return count
  }
})
