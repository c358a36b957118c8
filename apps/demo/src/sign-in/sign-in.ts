import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { WrongPasswordError } from '../desk-error.js'
import { log } from '../logging/log.js'
import { hashPassword } from './password.js'
import { findUser, openSession, type User } from './session.js'

export const credentials = z.strictObject({
  email: z.email('Enter an e-mail address.').max(200).toLowerCase(),
  password: z.string('Enter the password.').min(1, 'Enter the password.').max(200),
})

export type Credentials = z.infer<typeof credentials>
export type SignedIn = { token: string; user: User }

const nobody = { salt: new Uint8Array(16), passwordHash: new Uint8Array(32) }

/**
 * Opens a session for whoever knows the password.
 *
 * @throws WrongPasswordError also for an address that nobody has: the answer takes as long and says no more.
 */
export async function signIn({ email, password }: Credentials): Promise<SignedIn> {
  const user = await findUser(email)
  const { salt, passwordHash } = user ?? nobody
  const matches = timingSafeEqual(await hashPassword(password, salt), passwordHash)
  if (user === undefined || !matches) throw new WrongPasswordError()
  const token = await openSession(user.id)
  log.info('signed in', { as: email })
  return { token, user: { id: user.id, email: user.email, name: user.name } }
}
