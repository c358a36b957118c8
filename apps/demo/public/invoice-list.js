import { ask } from './api.js'
import { byId, element } from './element.js'
import { openInvoice } from './invoice-view.js'
import { formatMoney } from './money.js'

const limit = 20
const shortDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
const statuses = { paid: 'Paid', open: 'Open', overdue: 'Overdue' }

const list = byId('invoices')
let latest = 0

/** Shows the part of the list that the address names, such as `?q=marine&page=2`. */
export async function showInvoices() {
  const { q, page } = wanted()
  const turn = ++latest
  byId('q').value = q
  list.setAttribute('aria-busy', 'true')
  if (list.childElementCount === 0) list.replaceChildren(message('Loading', 'One moment.'))
  try {
    const query = new URLSearchParams({ q, limit, offset: (page - 1) * limit })
    const found = await ask('GET', `/invoices?${query}`)
    // An answer that was overtaken by a later question is of no use.
    if (turn === latest) show(found, { q, page })
  } catch (problem) {
    if (turn === latest) showProblem(problem)
  } finally {
    if (turn === latest) list.setAttribute('aria-busy', 'false')
  }
}

function wanted() {
  const query = new URLSearchParams(location.search)
  return { q: query.get('q') ?? '', page: Math.max(1, Number.parseInt(query.get('page'), 10) || 1) }
}

function show({ invoices, total }, { q, page }) {
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
  else if (q !== '')
    list.replaceChildren(message('No invoice matches', 'Try part of a number or of a name.'))
  else list.replaceChildren(message('No invoices here', 'The list ends before this page.'))
}

function showProblem(problem) {
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

function go({ q, page }) {
  const query = new URLSearchParams()
  if (q !== '') query.set('q', q)
  if (page > 1) query.set('page', page)
  history.pushState(null, '', query.size > 0 ? `/?${query}` : '/')
  return showInvoices()
}

/** Shows the newest invoices, with no search. */
export function showNewest() {
  return go({ q: '', page: 1 })
}

let typing
byId('q').addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(() => go({ q: byId('q').value.trim(), page: 1 }), 200)
})
byId('search').addEventListener('submit', (event) => {
  event.preventDefault()
  clearTimeout(typing)
  go({ q: byId('q').value.trim(), page: 1 })
})
byId('newer').addEventListener('click', () => turnPage(-1))
byId('older').addEventListener('click', () => turnPage(1))
addEventListener('popstate', showInvoices)

async function turnPage(by) {
  const { q, page } = wanted()
  await go({ q, page: page + by })
  list.focus({ preventScroll: true })
  scrollTo({ top: 0 })
}
