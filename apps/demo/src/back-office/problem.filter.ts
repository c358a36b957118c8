import type { ServerResponse } from 'node:http'
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  ServiceUnavailableException,
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
    const response: ServerResponse = host.switchToHttp().getResponse()
    // What terminus found is an answer, and no trouble of the door's.
    if (error instanceof ServiceUnavailableException && isHealthReport(error.getResponse())) {
      this.#host.httpAdapter.reply(response, error.getResponse(), error.getStatus())
      return
    }
    const refusal =
      error instanceof HttpException
        ? { status: error.getStatus(), message: error.message }
        : undefined
    const { status, headers, body } = answerTo(error, refusal)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    this.#host.httpAdapter.reply(response, body, status)
  }
}

function isHealthReport(response: string | object): boolean {
  return typeof response === 'object' && 'details' in response
}
