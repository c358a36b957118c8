import { Injectable } from '@nestjs/common'
import { OpenContext, type OpenContextOptions } from './open-context.js'

/** The contexts that are open as long as a response, by that response. */
@Injectable()
export class OpenContexts {
  readonly #contexts = new WeakMap<object, OpenContext>()

  /** @param response the one of `node:http` or `node:http2` */
  find(response: object | undefined): OpenContext | undefined {
    return response && this.#contexts.get(response)
  }

  open(response: object, options: OpenContextOptions): OpenContext {
    const opened = new OpenContext(options)
    this.#contexts.set(response, opened)
    return opened
  }
}
