import { scryptSync } from 'node:crypto'
import { pooled } from '../bridge-switch.js'

/** Derives the bytes that are kept in place of a password: some fifty milliseconds of work, on purpose. */
export function derivePassword(password: string, salt: Uint8Array): Uint8Array {
  return scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 })
}

/** `derivePassword`, on the pool: it blocks a thread, but not one that anybody waits for. */
export const hashPassword = pooled(derivePassword)
