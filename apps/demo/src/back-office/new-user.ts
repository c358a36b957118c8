import { z } from 'zod'

const password = 'Choose a password of at least 10 characters.'

/** Somebody who is to sign in from now on. */
export const newUser = z.strictObject({
  email: z.email('Enter an e-mail address.').max(200).toLowerCase(),
  name: z.string('Enter a name.').trim().min(1, 'Enter a name.').max(100),
  password: z.string(password).min(10, password).max(200),
})
export type NewUser = z.infer<typeof newUser>
