import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { ask, makeFolder, openDesk, signIn } from './support/desk.js'

describe('the ledger as CSV', () => {
  const postings = 100_000

  it('streams 100,000 postings with flat memory, while a reader counts its lines', {
    timeout: 110_000,
  }, async (t) => {
    const folder = makeFolder(t)
    await (await openDesk(t, { folder })).close()
    const seeded = fill(join(folder, 'ledger.db'))
    const desk = await openDesk(t, { folder, env: { LOG_LEVEL: 'warn' } })
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
        await look?.()
      }
      return { lines, bytes }
    }
    // What is measured is a program that has done it before.
    const { lines, bytes } = await read()
    assert.equal(lines, 1 + seeded)
    const before = memory()
    let most = before
    const again = await read(() => {
      most = Math.max(most, memory())
    })
    assert.deepEqual(again, { lines, bytes })
    const growth = most - before
    t.diagnostic(
      `${seeded} postings, ${(bytes / 2 ** 20).toFixed(1)} MB: memory grew by ${growth.toFixed(1)} MB`,
    )
    assert.ok(growth < 32, `memory grew by ${growth} MB`)
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
