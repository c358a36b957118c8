/** The built site, in a browser, as a reader has it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
// The demo's pages and these are looked at in the same browser.
import { openBrowser, skip } from '../../apps/demo/test/support/browser.js'
import { serveFolder } from './serve-folder.js'

const site = fileURLToPath(new URL('../dist', import.meta.url))
const patient = { skip, timeout: 120_000 }

/** A page on the site; `troubles` collects what goes wrong in it, `foreign` what it asks of others. */
async function openSite(t) {
  const address = await serveFolder(t, site)
  const browser = await openBrowser(t)
  const page = await browser.newPage()
  const troubles = []
  const foreign = []
  page.on('pageerror', (error) => troubles.push(String(error)))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text())
  })
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address))
      foreign.push(request.url())
  })
  return { page, address, troubles, foreign }
}

async function searchFor(page, words) {
  await page.getByRole('button', { name: 'Search' }).first().click()
  await page.locator('#localsearch-input').fill(words)
  await page.locator('#localsearch-list [role=option] a, #localsearch-list a').first().waitFor()
}

describe('the site', () => {
  test('finds a guide by a word of its text, and opens it there', patient, async (t) => {
    const { page, address, troubles, foreign } = await openSite(t)
    await page.goto(`${address}/`)
    await page.getByRole('heading', { level: 1 }).waitFor()

    await searchFor(page, 'leaseTimeout')
    await page.locator('#localsearch-list a[href*="threads-and-order"]').first().click()

    await page.waitForURL(/\/guide\/threads-and-order\.html/)
    await page.getByRole('heading', { level: 1, name: 'Threads and order' }).waitFor()
    assert.ok(await page.locator('.diagram svg').first().isVisible())
    assert.deepEqual({ troubles, foreign }, { troubles: [], foreign: [] })
  })

  test('finds a function of the reference by its name, and opens it', patient, async (t) => {
    const { page, address, troubles, foreign } = await openSite(t)
    await page.goto(`${address}/introduction.html`)

    await searchFor(page, 'registerCodec')
    await page.locator('#localsearch-list a[href*="/reference/"]').first().click()

    await page.waitForURL(/\/reference\/@syncbridge\/core\/.*registerCodec/)
    await page.getByRole('heading', { level: 1, name: /registerCodec/ }).waitFor()
    assert.deepEqual({ troubles, foreign }, { troubles: [], foreign: [] })
  })

  test('finds nothing by a word that nobody wrote', patient, async (t) => {
    const { page, address } = await openSite(t)
    await page.goto(`${address}/`)
    await page.getByRole('button', { name: 'Search' }).first().click()
    await page.locator('#localsearch-input').fill('xylophonequartz')
    await page.getByText('No results for').waitFor()
    assert.equal(await page.locator('#localsearch-list a').count(), 0)
  })
})
