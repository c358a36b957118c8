import { byId } from './element.js'

const dialog = byId('invoice-dialog')
const frame = byId('invoice-frame')

/** Opens a rendered invoice over the page. */
export function openInvoice(id, number) {
  byId('invoice-title').textContent = `Invoice ${number}`
  byId('invoice-link').href = `/invoices/${id}`
  frame.title = `Invoice ${number}`
  frame.src = `/invoices/${id}`
  dialog.showModal()
}

byId('invoice-print').addEventListener('click', () => frame.contentWindow.print())

dialog.addEventListener('close', () => {
  frame.src = 'about:blank'
})
