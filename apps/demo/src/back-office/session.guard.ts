import type { IncomingMessage } from 'node:http'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { tokenOf, userOf } from '../doors/session-token.js'

/**
 * Lets in whoever has signed in. Nest runs guards before interceptors, so the request has no thread of its own yet: this
 * one read goes to the thread that all such calls share.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await userOf(tokenOf(context.switchToHttp().getRequest<IncomingMessage>().headers))
    return true
  }
}
