import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assertAccessible,
  assertFits,
  openBrowser,
  openPage,
  picture,
  signInAt,
  skip,
} from '../support/browser.js'
import { clerk, openDesk } from '../support/desk.js'
import { forAll } from '../support/for-all.js'

const patient = { timeout: 100_000 }

describe('the back office in a browser', { skip }, () => {
  let desk
  let browser
  forAll(async (t) => {
    desk = await openDesk(t, { env: { LOG_LEVEL: 'warn' } })
    browser = await openBrowser(t)
  })
  const open = (look, path = '/') => openPage(browser, look, desk.api + path)

  it(
    'has a back office: month-end moves and is cancelled, users come and go',
    patient,
    async () => {
      const page = await open({}, '/back-office')
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await assertAccessible(page)
      await signInAt(page, clerk)
      await page.getByRole('heading', { name: 'Month-end' }).waitFor()
      await page.locator('#month').fill('2026-10')
      await page.getByRole('button', { name: 'Render statements' }).click()
      await page.waitForFunction(() => document.querySelector('progress').value > 1)
      await page.getByText('Done: 500 of 500 statements').waitFor()
      // On a busy machine a run may be done before the click has reached the desk: then once more, until the test's own deadline.
      let outcome = ''
      while (!outcome.startsWith('Cancelled')) outcome = await page.evaluate(renderAndCancel)
      assert.match(outcome, /^Cancelled: \d+ of 500/)
      await page.getByLabel('E-mail address').last().fill('third@desk.example')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByText('Enter a name.').waitFor()
      await page.getByLabel('Name').fill('The third')
      await page.locator('#user-password').fill('long enough, surely')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByRole('button', { name: 'Remove third@desk.example' }).click()
      await page
        .getByRole('button', { name: 'Remove third@desk.example' })
        .waitFor({ state: 'detached' })
      await picture(page, 'back-office-1280-light', { fullPage: true })
      await page.setViewportSize({ width: 390, height: 844 })
      await page.emulateMedia({ colorScheme: 'dark' })
      await picture(page, 'back-office-390-dark', { fullPage: true })
      await assertFits(page)
      await assertAccessible(page)
      assert.deepEqual(page.troubles, [])
      await page.context().close()
    },
  )
})

/** In the page itself, which sees at once that a run has begun. */
async function renderAndCancel() {
  const text = document.querySelector('#progress-text')
  const cancel = document.querySelector('#cancel')
  const isOver = () => /^[A-Z]/.test(text.textContent)
  const until = async (isSo) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  text.textContent = ''
  document.querySelector('#month-end').requestSubmit()
  await until(() => !cancel.disabled || isOver())
  cancel.click()
  await until(isOver)
  return text.textContent
}
