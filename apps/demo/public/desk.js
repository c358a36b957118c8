import './invoice-form.js'
import { showInvoices } from './invoice-list.js'
import { loadSession } from './session.js'

loadSession()
showInvoices()
