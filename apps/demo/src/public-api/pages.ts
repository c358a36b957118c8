import { Hono } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { invoiceIdOf } from '../doors/input.js'
import { invoicePage } from '../invoice-page/invoice-page.js'
import { answerOf } from './answer-problem.js'

/** What a person looks at, so errors are pages too. */
export const pages = new Hono()

pages.get('/invoices/:id', async (c) => c.html(await invoicePage(invoiceIdOf(c.req.param('id')))))

pages.onError((error, c) => {
  const { status, headers, body } = answerOf(error)
  return c.html(
    html`<!doctype html>
      <html lang="en">
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="stylesheet" href="/assets/invoice.css" />
        <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
        <title>No invoice</title>
        <main class="sheet">
          <h1>This invoice can’t be shown</h1>
          <p>${body.error.message}</p>
          <p class="quiet">Request ${body.error.request}</p>
        </main>
      </html>`,
    status as ContentfulStatusCode,
    headers,
  )
})
