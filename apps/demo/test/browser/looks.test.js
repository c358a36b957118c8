import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  assertAccessible,
  assertFits,
  openBrowser,
  openPage,
  picture,
  skip,
} from '../support/browser.js'
import { openDesk } from '../support/desk.js'

const looks = [1280, 390].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })),
)
const patient = { timeout: 100_000 }

describe('the invoices in a browser', { skip }, () => {
  let desk
  let browser
  const teardown = []
  before(async () => {
    const t = { after: (end) => teardown.unshift(end) }
    desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    browser = await openBrowser(t)
  })
  after(async () => {
    for (const end of teardown) await end()
  })
  const rowsOf = (page) => page.locator('#invoices tbody tr')
  const open = async (look, path = '/') => {
    const page = await openPage(browser, look)
    await page.goto(desk.api + path)
    return page
  }

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
