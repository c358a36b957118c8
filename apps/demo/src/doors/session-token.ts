import { SignInRequiredError } from '../desk-error.js'
import { request } from '../logging/request.js'
import { readSession, type User } from '../sign-in/session.js'

const cookie = 'desk_session'

/** The session's token in a request: of its `Authorization: Bearer` header, or else of its cookie. */
export function tokenOf(headers: {
  authorization?: string | undefined
  cookie?: string | undefined
}): string | undefined {
  return (
    /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1] ??
    new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1]
  )
}

/**
 * The user whose session it is; from here on the request's log lines name the user.
 *
 * @throws SignInRequiredError
 */
export async function userOf(token: string | undefined): Promise<User> {
  const user = token === undefined ? undefined : await readSession(token)
  if (user === undefined) throw new SignInRequiredError()
  request.user = user.email
  return user
}

/** The `Set-Cookie` header that gives a browser the session, or with no token takes it away. */
export function sessionCookie(token?: string): string {
  // Out of reach for scripts, and not sent along with another site's POST.
  const rules = 'HttpOnly; SameSite=Lax; Path=/'
  return token === undefined ? `${cookie}=; Max-Age=0; ${rules}` : `${cookie}=${token}; ${rules}`
}
