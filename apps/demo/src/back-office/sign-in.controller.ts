import type { ServerResponse } from 'node:http'
import { Body, Controller, Get, Header, HttpCode, Post, Res, UseGuards } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import { sessionCookie } from '../doors/session-token.js'
import type { User } from '../sign-in/session.js'
import { type Credentials, credentials, type SignedIn, signIn } from '../sign-in/sign-in.js'
import { bodyOf } from './body-schema.js'
import { CurrentUser, SessionGuard } from './session.guard.js'

@ApiTags('Session')
@Controller()
export class SignInController {
  /** Programs put the token into an `Authorization: Bearer` header; browsers keep the cookie. */
  @Post('sign-in')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiBody(bodyOf(credentials))
  async signIn(
    @Body({ schema: credentials }) input: Credentials,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<SignedIn> {
    const signedIn = await signIn(input)
    response.setHeader('set-cookie', sessionCookie(signedIn.token))
    return signedIn
  }

  @Get('session')
  @UseGuards(SessionGuard)
  session(@CurrentUser() user: User): { user: User } {
    return { user }
  }
}
