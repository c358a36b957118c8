import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { EmailTakenError, UnknownUserError } from '../desk-error.js'
import { row, rows, write } from '../ledger/connection.js'
import { derivePassword } from '../sign-in/password.js'
import type { User } from '../sign-in/session.js'
import type { NewUser } from './new-user.js'

/**
 * Who can sign in. An ordinary service of Nest whose methods block, so it lives in the threads, and the controller gets it with
 * every method awaitable: see `SyncbridgeModule.forThreads()` in `back-office.module.ts`.
 */
@Injectable()
export class UsersService {
  /** Everybody who can sign in, by e-mail address. */
  list(): User[] {
    return rows<User>('SELECT id, email, name FROM users ORDER BY email')
  }

  /**
   * Lets somebody else sign in.
   *
   * @throws EmailTakenError
   */
  add({ email, name, password }: NewUser): User {
    if (row('SELECT 1 FROM users WHERE email = ?', email)) throw new EmailTakenError(email)
    const salt = randomBytes(16)
    const id = write(
      'INSERT INTO users (email, name, salt, password_hash) VALUES (?, ?, ?, ?)',
      email,
      name,
      salt,
      derivePassword(password, salt),
    )
    return { id, email, name }
  }

  /**
   * Takes away a user, whose sessions end.
   *
   * @throws UnknownUserError
   */
  remove(id: number): void {
    if (!row('SELECT 1 FROM users WHERE id = ?', id)) throw new UnknownUserError(id)
    write('DELETE FROM sessions WHERE user_id = ?', id)
    write('DELETE FROM users WHERE id = ?', id)
  }
}
