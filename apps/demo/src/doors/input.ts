import { z } from 'zod'
import { InvalidInputError, UnknownInvoiceError } from '../desk-error.js'
import { currencies } from '../money.js'

type Issue = { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined }

const limit = 'Ask for 1 to 100 at a time.'
const offset = 'Start at a whole number, from 0.'

/** Which invoices are wanted. */
export const filter = z.object({
  q: z.string().trim().max(100, 'Search for at most 100 characters.').default(''),
  status: z.enum(['', 'paid', 'open', 'overdue'], 'Choose paid, open or overdue.').default(''),
  currency: z.enum(['', ...currencies], `Choose one of ${currencies.join(', ')}.`).default(''),
})

/** Which part of their list is wanted. */
export const page = filter.extend({
  limit: z.coerce.number(limit).int(limit).min(1, limit).max(100, limit).default(20),
  offset: z.coerce.number(offset).int(offset).min(0, offset).default(0),
})
export type Page = z.infer<typeof page>

/**
 * The id of an invoice as it stands in a path.
 *
 * @throws UnknownInvoiceError for what can't be an id.
 */
export function invoiceIdOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UnknownInvoiceError(text)
  return Number(text)
}

const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,100}$/, 'Send 1 to 100 visible characters.')

/**
 * What a client sends along with a request so that sending it twice does it once.
 *
 * @throws InvalidInputError for what can't be such a key.
 */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return check(z.object({ 'idempotency-key': idempotencyKey }), { 'idempotency-key': header })[
    'idempotency-key'
  ]
}

/**
 * The input as `schema` describes it.
 *
 * @throws InvalidInputError naming each field.
 */
export function check<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (!result.success) throw invalidInput(result.error.issues)
  return result.data
}

/** The first thing wrong with each field. */
export function invalidInput(issues: readonly Issue[]): InvalidInputError {
  const fields: Record<string, string> = {}
  for (const { message, path = [] } of issues) {
    const field = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
    fields[field || 'body'] ??= message
  }
  return new InvalidInputError(fields)
}
