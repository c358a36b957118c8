import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { sensitive } from '../bridge-switch.js'
import { EmailTakenError, UnknownUserError } from '../desk-error.js'
import { row, rows, write } from '../ledger/connection.js'
import { hashPassword } from './password.js'
import type { User } from './session.js'

const password = 'Choose a password of at least 10 characters.'
export const newUser = z.strictObject({
  email: z.email('Enter an e-mail address.').max(200).toLowerCase(),
  name: z.string('Enter a name.').trim().min(1, 'Enter a name.').max(100),
  password: z.string(password).min(10, password).max(200),
})
export type NewUser = z.infer<typeof newUser>

/** Everybody who can sign in, by e-mail address. */
export const listUsers = sensitive(function listUsers(): User[] {
  return rows<User>('SELECT id, email, name FROM users ORDER BY email')
})

/**
 * Lets somebody else sign in.
 *
 * @throws EmailTakenError
 */
export async function addUser({ email, name, password }: NewUser): Promise<User> {
  const salt = randomBytes(16)
  return insertUser(email, name, salt, await hashPassword(password, salt))
}

const insertUser = sensitive(function insertUser(
  email: string,
  name: string,
  salt: Uint8Array,
  passwordHash: Uint8Array,
): User {
  if (row('SELECT 1 FROM users WHERE email = ?', email)) throw new EmailTakenError(email)
  const id = write(
    'INSERT INTO users (email, name, salt, password_hash) VALUES (?, ?, ?, ?)',
    email,
    name,
    salt,
    passwordHash,
  )
  return { id, email, name }
})

/**
 * Takes away a user, whose sessions end.
 *
 * @throws UnknownUserError
 */
export const removeUser = sensitive(function removeUser(id: number): void {
  if (!row('SELECT 1 FROM users WHERE id = ?', id)) throw new UnknownUserError(id)
  write('DELETE FROM sessions WHERE user_id = ?', id)
  write('DELETE FROM users WHERE id = ?', id)
})
