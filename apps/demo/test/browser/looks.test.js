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

const looks = [1280, 390].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })),
)
const patient = { timeout: 100_000 }

describe('the invoices in a browser', { skip }, () => {
  let desk
  let browser
  forAll(async (t) => {
    desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    browser = await openBrowser(t)
  })
  const rowsOf = (page) => page.locator('#invoices tbody tr')
  const open = (look, path = '/') => openPage(browser, look, desk.api + path)

  for (const look of looks) {
    it(
      `shows the invoices and one of them at ${look.width} pixels, ${look.colorScheme}`,
      patient,
      async () => {
        const name = `${look.width}-${look.colorScheme}`
        const page = await open(look)
        await rowsOf(page).first().waitFor()
        assert.equal(await rowsOf(page).count(), 20)
        assert.equal(await page.locator('#totals li').count(), 3)
        await picture(page, `invoices-${name}`)
        await assertFits(page)
        await assertAccessible(page)
        const number = await rowsOf(page).first().locator('a').textContent()
        await page.getByRole('link', { name: number }).click()
        const sheet = page.frameLocator('#invoice-frame')
        await sheet.getByText(number).first().waitFor()
        await picture(page, `invoice-${name}`)
        await page.keyboard.press('Escape')
        await page.locator('#invoice-dialog').waitFor({ state: 'hidden' })
        await page.goto(`${desk.api}/invoices/1`)
        await assertFits(page)
        await assertAccessible(page)
        assert.deepEqual(page.troubles, [])
        await page.context().close()
      },
    )
  }
})
