import { createHash } from 'node:crypto'
import { sensitive } from '../bridge-switch.js'
import { KeyReusedError } from '../desk-error.js'
import { row, write } from './connection.js'
import type { NewInvoice } from './new-invoice.js'
import type { EnteredInvoice } from './posting.js'

/** Who posts, under which key: the same key again is the same invoice, not another. */
export type Once = { userId: number; key: string }

/**
 * The invoice that was posted under this key, if one was.
 *
 * @throws KeyReusedError where it was another draft.
 */
export const findPosted = sensitive(function findPosted(
  { userId, key }: Once,
  draft: NewInvoice,
): EnteredInvoice | undefined {
  const found = row<EnteredInvoice & { draftHash: Uint8Array }>(
    `SELECT invoices.id, number, net, tax, total, draft_hash AS draftHash
     FROM posted_once JOIN invoices ON invoices.id = invoice_id WHERE user_id = ? AND key = ?`,
    userId,
    key,
  )
  if (found === undefined) return undefined
  const { draftHash, ...invoice } = found
  if (!hashOf(draft).equals(draftHash)) throw new KeyReusedError()
  return invoice
})

/** Remembers what was posted under the key: inside the invoice's own transaction, so that both last or neither. */
export const rememberPosted = sensitive(function rememberPosted(
  { userId, key }: Once,
  draft: NewInvoice,
  invoiceId: number,
): void {
  write('INSERT INTO posted_once VALUES (?, ?, ?, ?)', userId, key, hashOf(draft), invoiceId)
})

function hashOf(draft: NewInvoice): Buffer {
  return createHash('sha256').update(JSON.stringify(draft)).digest()
}
