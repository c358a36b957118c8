import { sensitive } from '../bridge-switch.js'
import type { Currency } from '../money.js'
import { rows } from './connection.js'

export type Customer = {
  id: number
  name: string
  city: string
  country: string
  currency: Currency
}

/** Every customer, by name. */
export const listCustomers = sensitive(function listCustomers(): Customer[] {
  return rows<Customer>(
    'SELECT id, name, city, country, currency FROM customers ORDER BY name, city',
  )
})
