import { createHash, randomBytes } from 'node:crypto'
import { sensitive } from '../bridge-switch.js'
import { row, write } from '../ledger/connection.js'

const hoursOpen = 12

export type User = { id: number; email: string; name: string }
export type UserWithPassword = User & { salt: Uint8Array; passwordHash: Uint8Array }

/** The user who signs in as `email`, with what is kept of the password. */
export const findUser = sensitive(function findUser(email: string): UserWithPassword | undefined {
  return row(
    'SELECT id, email, name, salt, password_hash AS passwordHash FROM users WHERE email = ?',
    email,
  )
})

/** Opens a session and returns its token, of which only a hash is kept. */
export const openSession = sensitive(function openSession(userId: number): string {
  const token = randomBytes(32).toString('base64url')
  write('DELETE FROM sessions WHERE expires_at < ?', Date.now())
  write(
    'INSERT INTO sessions VALUES (?, ?, ?)',
    hashOf(token),
    userId,
    Date.now() + hoursOpen * 3_600_000,
  )
  return token
})

/** Who the session belongs to, unless there is none or it has ended. */
export const readSession = sensitive(function readSession(token: string): User | undefined {
  return row(
    `SELECT users.id, email, name FROM sessions JOIN users ON users.id = user_id
     WHERE token_hash = ? AND expires_at > ?`,
    hashOf(token),
    Date.now(),
  )
})

/** Ends the session. */
export const closeSession = sensitive(function closeSession(token: string): void {
  write('DELETE FROM sessions WHERE token_hash = ?', hashOf(token))
})

function hashOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
