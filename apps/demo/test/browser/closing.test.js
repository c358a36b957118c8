import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openBrowser, openPage, skip } from '../support/browser.js'
import { openDesk } from '../support/desk.js'

describe('a dashboard that is open', { skip }, () => {
  it('says so when the desk is gone', async (t) => {
    const own = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    const page = await openPage(await openBrowser(t))
    await page.goto(`${own.api}/dashboard`)
    await page.getByText('Quiet. Send a crowd').waitFor()
    assert.equal((await own.close()).code, 0)
    await page.getByText('The desk does not answer.').waitFor()
  })
})
