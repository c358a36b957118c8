import { z } from 'zod'
import { currencies } from '../money.js'

const amount = 'Enter an amount above zero, such as 12.50.'
const quantity = 'Enter a whole number from 1 to 10,000.'

const newLine = z.strictObject({
  description: z
    .string('Describe what was sold.')
    .trim()
    .min(1, 'Describe what was sold.')
    .max(200, 'Keep the description under 200 characters.'),
  quantity: z.int(quantity).min(1, quantity).max(10_000, quantity),
  /** In minor units of the invoice's currency. */
  unitPrice: z.int(amount).min(1, amount).max(10_000_000, 'Enter at most 100,000.00.'),
})

/** What it takes to make an invoice, as either front door receives it. */
export const newInvoice = z.strictObject({
  customerId: z.int('Choose a customer.').positive('Choose a customer.'),
  currency: z.enum(currencies, `Choose one of ${currencies.join(', ')}.`),
  lines: z
    .array(newLine, 'Add at least one line.')
    .min(1, 'Add at least one line.')
    .max(50, 'An invoice has at most 50 lines.'),
})

export type NewInvoice = z.infer<typeof newInvoice>
