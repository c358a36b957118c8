import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)
/** Kept after the run, for people to look at. */
const artefacts = fileURLToPath(new URL('../artefacts/', import.meta.url))

/**
 * Why the tests in a browser are skipped, or false. With `REQUIRE_BROWSER=1`, as CI has it, they never are: they fail where
 * there is no browser.
 */
export const skip =
  isThere || process.env.REQUIRE_BROWSER === '1'
    ? false
    : `there is no browser at ${executablePath}: install Debian's chromium, or name one in CHROMIUM`

/** A browser, closed after the test. */
export async function openBrowser(t) {
  assert.ok(isThere, `REQUIRE_BROWSER is set, and there is no browser at ${executablePath}`)
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
  t.after(() => browser.close())
  return browser
}

/** A page in a profile of its own, at that address; what goes wrong in it is collected in `page.troubles`. */
export async function openPage(
  browser,
  { width = 1280, height = 900, colorScheme = 'light' } = {},
  address = undefined,
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  page.troubles = []
  page.on('pageerror', (error) => page.troubles.push(String(error)))
  page.on('console', (message) => {
    // What the desk refuses on purpose the console tells, too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      page.troubles.push(message.text())
  })
  if (address) await page.goto(address)
  return page
}

/** As somebody who works by keyboard. */
export async function signInAt(page, { email, password }) {
  await page.locator('#email').fill(email)
  await page.locator('#password').fill(password)
  await page.keyboard.press('Enter')
}

/** Saves what the page looks like under `name` in test/artefacts. */
export async function picture(page, name, options = {}) {
  mkdirSync(artefacts, { recursive: true })
  await page.screenshot({ path: join(artefacts, `${name}.png`), ...options })
}

/** Has axe look at the page: it must find nothing serious, and nothing critical. */
export async function assertAccessible(page) {
  // The page's own policy forbids foreign scripts; the inspector's are no part of the page.
  const results = await page.evaluate(
    `${axe.source}; axe.run(document, { resultTypes: ['violations'] })`,
  )
  const serious = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`,
    )
  assert.deepEqual(serious, [])
}

/** Whether anything of the page reaches beyond its right edge. */
export async function assertFits(page) {
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  assert.ok(beyond <= 0, `the page is ${beyond} pixels too wide`)
}
