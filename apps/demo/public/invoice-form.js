import { ask } from './api.js'
import { clearProblem, onSubmit, say, showProblem } from './dialogs.js'
import { byId, element } from './element.js'
import { showNewest } from './invoice-list.js'
import { openInvoice } from './invoice-view.js'
import { formatMoney, parseMoney } from './money.js'
import { forgetSession, whenSignedIn } from './session.js'

const dialog = byId('form-dialog')
const form = byId('invoice-form')
const lines = byId('lines')

let customers
// One form is one invoice, however often it is sent.
let key

byId('new-invoice').addEventListener('click', () => whenSignedIn(openForm))
byId('add-line').addEventListener('click', () => addLine().querySelector('input').focus())
form.addEventListener('input', showNet)
byId('customerId').addEventListener('change', () => {
  const customer = customers.find(({ id }) => id === Number(byId('customerId').value))
  if (customer !== undefined) byId('currency').value = customer.currency
  showNet()
})

async function openForm() {
  key = crypto.randomUUID()
  form.reset()
  clearProblem(form)
  lines.replaceChildren()
  addLine()
  showNet()
  dialog.showModal()
  try {
    customers ??= (await ask('GET', '/customers')).customers
    showCustomers()
  } catch (problem) {
    showProblem(form, problem)
  }
}

function showCustomers() {
  byId('customerId').replaceChildren(
    element('option', { value: '' }, 'Choose a customer'),
    ...customers.map(({ id, name, city }) => element('option', { value: id }, `${name}, ${city}`)),
  )
}

function addLine() {
  const line = element(
    'li',
    {},
    field('description', 'Description', { maxlength: 200 }),
    field('quantity', 'Quantity', { inputmode: 'numeric', value: '1' }),
    field('unitPrice', 'Price', { inputmode: 'decimal', placeholder: '0.00' }),
    element(
      'button',
      {
        type: 'button',
        class: 'remove',
        'aria-label': 'Remove this line',
        onclick: () => removeLine(line),
      },
      '×',
    ),
  )
  lines.append(line)
  number()
  return line
}

function removeLine(line) {
  const neighbour = line.nextElementSibling ?? line.previousElementSibling
  line.remove()
  clearProblem(form)
  number()
  showNet()
  const next = neighbour?.querySelector('input') ?? byId('add-line')
  next.focus()
}

function field(name, label, attributes) {
  return element(
    'div',
    { class: `field ${name}` },
    element('label', {}, label),
    element('input', { 'data-field': name, autocomplete: 'off', ...attributes }),
  )
}

// Fields are named as the API names them in its answer, so that its errors find them.
function number() {
  for (const [index, line] of [...lines.children].entries()) {
    for (const input of line.querySelectorAll('input')) {
      input.name = `lines.${index}.${input.dataset.field}`
      input.id = input.name.replaceAll('.', '-')
      input.previousElementSibling.htmlFor = input.id
    }
  }
}

function draft() {
  const textOf = (line, name) => line.querySelector(`[data-field=${name}]`).value.trim()
  const wholeOf = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null)
  return {
    customerId: wholeOf(byId('customerId').value),
    currency: byId('currency').value,
    lines: [...lines.children].map((line) => ({
      description: textOf(line, 'description'),
      quantity: wholeOf(textOf(line, 'quantity')),
      unitPrice: parseMoney(textOf(line, 'unitPrice')),
    })),
  }
}

function showNet() {
  const { currency, lines } = draft()
  const net = lines.reduce(
    (sum, { quantity, unitPrice }) => sum + (quantity ?? 0) * (unitPrice ?? 0),
    0,
  )
  byId('net').value = formatMoney(net, currency)
}

onSubmit(form, async () => {
  try {
    const invoice = await ask('POST', '/invoices', draft(), { 'idempotency-key': key })
    dialog.close()
    openInvoice(invoice.id, invoice.number)
    say(`Invoice ${invoice.number} is posted.`)
    await showNewest()
  } catch (problem) {
    // What was typed stays: the form is sent again after the sign-in.
    if (problem.code !== 'SIGN_IN_REQUIRED') throw problem
    forgetSession()
    whenSignedIn(() => form.requestSubmit())
  }
})
