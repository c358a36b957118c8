import type { ServerResponse } from 'node:http'
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { answerTo } from '../doors/problem.js'

/** Every error of the back office, as the same JSON that the public API answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #host: HttpAdapterHost

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const refusal =
      error instanceof HttpException
        ? { status: error.getStatus(), message: error.message }
        : undefined
    const { status, headers, body } = answerTo(error, refusal)
    const response: ServerResponse = host.switchToHttp().getResponse()
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    this.#host.httpAdapter.reply(response, body, status)
  }
}
