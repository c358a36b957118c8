import { ask } from './api.js'
import { byId, element } from './element.js'
import { openInvoice } from './invoice-view.js'
import { formatMoney } from './money.js'

const limit = 20
const shortDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const statuses = { paid: 'Paid', open: 'Open', overdue: 'Overdue' }

const filters = ['q', 'status', 'currency']
const list = byId('invoices')
let latest = 0

/** Shows the part of the list that the address names, such as `?q=marine&page=2`. */
export async function showInvoices() {
  const { q, status, currency, page } = wanted()
  const turn = ++latest
  byId('download').href = `/api/invoices.csv?${new URLSearchParams({ q, status, currency })}`
  byId('q').value = q
  byId('status').value = status
  byId('in').value = currency
  list.setAttribute('aria-busy', 'true')
  if (list.childElementCount === 0) list.replaceChildren(message('Loading', 'One moment.'))
  try {
    const query = new URLSearchParams({
      q,
      status,
      currency,
      limit,
      offset: (page - 1) * limit,
    })
    const found = await ask('GET', `/invoices?${query}`)
    // An answer that was overtaken by a later question is of no use.
    if (turn === latest) show(found, { q, isFiltered: q + status + currency !== '', page })
  } catch (problem) {
    if (turn === latest) showProblem(problem)
  } finally {
    if (turn === latest) list.setAttribute('aria-busy', 'false')
  }
}

function wanted() {
  const query = new URLSearchParams(location.search)
  const [q, status, currency] = filters.map((name) => query.get(name) ?? '')
  return { q, status, currency, page: Math.max(1, Number.parseInt(query.get('page'), 10) || 1) }
}

function show({ invoices, total, totals }, { q, isFiltered, page }) {
  showTotals(totals)
  const first = (page - 1) * limit + 1
  byId('count').textContent =
    `${total.toLocaleString('en-GB')} ${total === 1 ? 'invoice' : 'invoices'}${q ? ` match “${q}”` : ''}`
  byId('pager').hidden = total <= limit && page === 1
  byId('newer').disabled = page === 1
  byId('older').disabled = page * limit >= total
  byId('range').textContent =
    invoices.length > 0
      ? `${first}–${first + invoices.length - 1} of ${total.toLocaleString('en-GB')}`
      : ''
  if (invoices.length > 0) list.replaceChildren(table(invoices))
  else if (isFiltered)
    list.replaceChildren(
      message('No invoice matches', 'Try part of a number or of a name, or another filter.'),
    )
  else list.replaceChildren(message('No invoices here', 'The list ends before this page.'))
}

function showTotals(totals) {
  byId('totals').replaceChildren(
    ...totals.map(({ currency, invoices, total }) =>
      element(
        'li',
        {},
        element('strong', {}, formatMoney(total, currency)),
        element('span', { class: 'quiet' }, ` ${currency}, ${invoices.toLocaleString('en-GB')}`),
      ),
    ),
  )
}

function showProblem(problem) {
  byId('totals').replaceChildren()
  byId('count').textContent = ''
  byId('pager').hidden = true
  const retry = element('button', { type: 'button', onclick: showInvoices }, 'Try again')
  list.replaceChildren(message('The invoices can’t be shown', problem.message, retry))
}

function table(invoices) {
  const head = ['Number', 'Customer', 'Issued', 'Due', 'Status'].map((title) =>
    element('th', { scope: 'col' }, title),
  )
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element('tr', {}, ...head, element('th', { scope: 'col', class: 'figure' }, 'Total')),
    ),
    element('tbody', {}, ...invoices.map(line)),
  )
}

function line(invoice) {
  const open = (event) => {
    // A new tab or window stays the browser's business.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    openInvoice(invoice.id, invoice.number)
  }
  return element(
    'tr',
    { onclick: open },
    element(
      'td',
      { class: 'number' },
      element('a', { href: `/invoices/${invoice.id}` }, invoice.number),
    ),
    element('td', { class: 'customer' }, invoice.customer),
    element('td', { class: 'issued' }, shortDate.format(new Date(invoice.issuedOn))),
    element('td', { class: 'due' }, shortDate.format(new Date(invoice.dueOn))),
    element(
      'td',
      { class: 'state' },
      element('span', { class: `status ${invoice.status}` }, statuses[invoice.status]),
    ),
    element('td', { class: 'figure' }, formatMoney(invoice.total, invoice.currency)),
  )
}

function message(title, text, ...more) {
  return element(
    'p',
    { class: 'message' },
    element('strong', {}, title),
    text,
    ...more.map((node) => element('span', { class: 'below' }, node)),
  )
}

function go(to) {
  const query = new URLSearchParams()
  for (const name of filters) if (to[name]) query.set(name, to[name])
  if (to.page > 1) query.set('page', to.page)
  history.pushState(null, '', query.size > 0 ? `/?${query}` : '/')
  return showInvoices()
}

function entered() {
  return {
    q: byId('q').value.trim(),
    status: byId('status').value,
    currency: byId('in').value,
    page: 1,
  }
}

/** Shows the newest invoices, with no search. */
export function showNewest() {
  return go({ page: 1 })
}

let typing
byId('q').addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(() => go(entered()), 200)
})
byId('search').addEventListener('submit', (event) => {
  event.preventDefault()
  clearTimeout(typing)
  go(entered())
})
for (const id of ['status', 'in']) byId(id).addEventListener('change', () => go(entered()))
byId('newer').addEventListener('click', () => turnPage(-1))
byId('older').addEventListener('click', () => turnPage(1))
addEventListener('popstate', showInvoices)

async function turnPage(by) {
  const now = wanted()
  await go({ ...now, page: now.page + by })
  list.focus({ preventScroll: true })
  scrollTo({ top: 0 })
}
