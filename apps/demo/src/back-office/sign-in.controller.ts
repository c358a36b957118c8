import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common'
import { type Credentials, credentials, type SignedIn, signIn } from '../sign-in/sign-in.js'

@Controller('sign-in')
export class SignInController {
  /** For programs: the token goes into an `Authorization: Bearer` header. */
  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  signIn(@Body({ schema: credentials }) input: Credentials): Promise<SignedIn> {
    return signIn(input)
  }
}
