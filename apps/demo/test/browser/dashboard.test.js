import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assertAccessible,
  assertFits,
  openBrowser,
  openPage,
  picture,
  skip,
} from '../support/browser.js'
import { openDesk } from '../support/desk.js'
import { forAll } from '../support/for-all.js'

const waitsOf = (page) =>
  page.evaluate(() =>
    ['on', 'off'].map((side) => {
      const text = document.querySelector(`[data-side=${side}] .verdict`).textContent
      return Number.parseFloat(text.replace(',', '')) * (text.endsWith(' ms') ? 1 : 1000)
    }),
  )

/** Resolves when the crowd has been there for long enough to be seen in the charts of both desks. */
async function sendCrowd(page) {
  await page.getByRole('button', { name: 'Send a crowd' }).click()
  await page.getByText('The crowd is here.').waitFor({ timeout: 20_000 })
  assert.equal(await page.getByRole('button', { name: 'Send a crowd' }).isDisabled(), true)
  await page.waitForFunction(() =>
    /\d s$|\d{3} ms/.test(document.querySelector('[data-side=off] .verdict').textContent),
  )
  // What is looked at are charts of some seconds, of desks that are past their first requests; the crowd stays for six.
  await page.waitForTimeout(3500)
}

describe('the dashboard', { skip }, () => {
  let desk
  let browser
  forAll(async (t) => {
    desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    browser = await openBrowser(t)
  })

  it('moves under load, and shows that without the bridge a passer-by waits much longer', {
    // Two desks, a crowd and a browser on however few cores.
    timeout: 100_000,
  }, async () => {
    const page = await openPage(browser)
    await page.goto(`${desk.api}/dashboard`)
    await page.getByText('Quiet. Send a crowd').waitFor()
    const line = page.locator('[data-side=on] .chart .line').first()
    await page.waitForFunction(
      (node) => node.getAttribute('points')?.split(' ').length > 2,
      await line.elementHandle(),
    )
    const quiet = await line.getAttribute('points')
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 })
      await sendCrowd(page)
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme })
        await picture(page, `dashboard-under-load-${width}-${colorScheme}`, { fullPage: true })
      }
      await page.getByText('Quiet. Send a crowd').waitFor({ timeout: 40_000 })
      await assertFits(page)
    }
    const [on, off] = await waitsOf(page)
    assert.ok(off > 2 * on, `a passer-by waited ${on} ms with the bridge and ${off} ms without it`)
    assert.notEqual(await line.getAttribute('points'), quiet)
    for (const side of ['on', 'off']) {
      const served = await page.locator(`[data-side=${side}] .facts dd`).first().textContent()
      assert.match(served, /^\d+×$/)
    }
    await assertAccessible(page)
    assert.deepEqual(page.troubles, [])
  })

  it('draws the path of a real request: the loop, a thread, back to the loop, and the thread', async () => {
    const page = await openPage(browser)
    await page.goto(`${desk.api}/dashboard`)
    await page.getByRole('button', { name: 'Follow a request' }).click()
    const steps = page.locator('#path ol li')
    await steps.first().waitFor()
    const told = await steps.allTextContents()
    assert.ok(
      told.some((text) => /^Event loop → Thread [\d/]+: readInvoice ran/.test(text)),
      told.join('\n'),
    )
    assert.ok(told.some((text) => /^Event loop → Thread [\d/]+: renderInvoice ran/.test(text)))
    assert.ok(
      told.some((text) =>
        /^Thread [\d/]+ → Event loop: fetchRate ran .* while the thread waited/.test(text),
      ),
    )
    assert.equal(await page.locator('#path rect').count(), told.length)
    await page.locator('#path').scrollIntoViewIfNeeded()
    await picture(page, 'request-path-1280-light', { fullPage: true })
    await assertAccessible(page)
    assert.deepEqual(page.troubles, [])
  })
})
