import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assertAccessible,
  openBrowser,
  openPage,
  picture,
  signInAt,
  skip,
} from '../support/browser.js'
import { clerk, openDesk } from '../support/desk.js'
import { forAll } from '../support/for-all.js'

const patient = { timeout: 100_000 }

describe('the desk in a browser', { skip }, () => {
  let desk
  let browser
  forAll(async (t) => {
    desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    browser = await openBrowser(t)
  })
  const rowsOf = (page) => page.locator('#invoices tbody tr')
  const open = (look, path = '/') => openPage(browser, look, desk.api + path)

  it('searches, filters and pages, and the address keeps what was asked', patient, async () => {
    const page = await open()
    await rowsOf(page).first().waitFor()
    const first = await rowsOf(page).first().textContent()
    await page.getByRole('button', { name: 'Older' }).click()
    await page.waitForFunction(
      (text) => document.querySelector('#invoices tbody tr')?.textContent !== text,
      first,
    )
    assert.match(page.url(), /page=2/)
    await page.goBack()
    await page.waitForFunction(
      (text) => document.querySelector('#invoices tbody tr')?.textContent === text,
      first,
    )

    await page.locator('#status').selectOption('overdue')
    await page.locator('#in').selectOption('GBP')
    await page.waitForFunction(() => document.querySelectorAll('#totals li').length === 1)
    assert.match(await page.locator('#totals').textContent(), /^£[\d,.]+ GBP, \d+$/)
    assert.ok((await rowsOf(page).allTextContents()).every((text) => text.includes('Overdue')))
    await page.reload()
    await page.waitForFunction(() => document.querySelectorAll('#totals li').length === 1)

    await page.getByLabel('Search by number or customer').fill('no such thing')
    await page.getByText('No invoice matches').waitFor()
    await assertAccessible(page)
    assert.deepEqual(page.troubles, [])
    await page.context().close()
  })

  it(
    'posts an invoice by keyboard alone: sign-in, errors beside their fields, and the invoice',
    patient,
    async () => {
      const page = await open()
      await rowsOf(page).first().waitFor()
      await page.getByRole('button', { name: 'New invoice' }).focus()
      await page.keyboard.press('Enter')
      await page.locator('#email').fill(clerk.email)
      await page.locator('#password').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByText('The e-mail address or the password is wrong.').waitFor()
      await signInAt(page, clerk)
      await page.locator('#form-dialog[open]').waitFor()
      await page.waitForFunction(() => document.querySelector('#customerId').options.length > 100)
      assert.equal((await page.context().cookies())[0].httpOnly, true)

      await page.getByRole('button', { name: 'Post invoice' }).focus()
      await page.keyboard.press('Enter')
      await page.locator('#customerId-wrong').waitFor()
      assert.equal(await page.locator('#customerId').getAttribute('aria-invalid'), 'true')
      assert.equal(await page.evaluate(() => document.activeElement.id), 'customerId')
      assert.match(
        await page.locator('#lines .wrong').first().textContent(),
        /Describe what was sold/,
      )
      await picture(page, 'form-with-errors-1280-light')
      await assertAccessible(page)

      await page.locator('#customerId').selectOption({ index: 7 })
      await page.getByLabel('Description').fill('Calibration <b>of</b> a gauge')
      await page.getByLabel('Quantity').fill('3')
      await page.locator('[data-field=unitPrice]').fill('12.50')
      await page.getByRole('button', { name: 'Post invoice' }).focus()
      await page.keyboard.press('Enter')
      await page.getByText(/Invoice \d{4}-\d{6} is posted/).waitFor()
      await page.frameLocator('#invoice-frame').getByText('Calibration <b>of</b> a gauge').waitFor()
      await page.keyboard.press('Escape')

      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      assert.deepEqual(await page.context().cookies(), [])
      assert.deepEqual(page.troubles, [])
      await page.context().close()
    },
  )

  it(
    'says what it is doing while it loads, and what went wrong, with a way on',
    patient,
    async () => {
      const page = await openPage(browser)
      let isDown = true
      let letGo
      const held = new Promise((resolve) => {
        letGo = resolve
      })
      await page.route('**/api/invoices?*', async (route) => {
        if (!isDown) return route.continue()
        await held
        return route.abort()
      })
      await page.goto(desk.api)
      await page.getByText('Loading').waitFor()
      letGo()
      await page.getByText('The invoices can’t be shown').waitFor()
      await assertAccessible(page)
      isDown = false
      await page.getByRole('button', { name: 'Try again' }).click()
      await rowsOf(page).first().waitFor()
      await page.goto(`${desk.api}/invoices/99999`)
      await page.getByText('There is no invoice 99999.').waitFor()
      await assertAccessible(page)
      await page.context().close()
    },
  )
})
