import type { IncomingMessage } from 'node:http'
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
} from '@nestjs/common'
import { tokenOf, userOf } from '../doors/session-token.js'
import type { User } from '../sign-in/session.js'

type RequestOfUser = IncomingMessage & { user?: User }

/** The user whom `SessionGuard` let in. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<RequestOfUser>().user,
)

/**
 * Lets in whoever has signed in. Nest runs guards before interceptors, so the request has no thread of its own yet: this
 * one read goes to the thread that all such calls share.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<RequestOfUser>()
    request.user = await userOf(tokenOf(request.headers))
    return true
  }
}
