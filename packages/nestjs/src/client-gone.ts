import { HttpException } from '@nestjs/common'

/** As servers have it in their logs; no client ever sees it. */
const CLIENT_CLOSED_REQUEST = 499

/**
 * The reason of an abort because the client has disconnected: an `AbortError` by its name, as everywhere, and a Nest exception by its
 * class. A handler or guard that lets it through has made no mistake, and Nest logs every error that is no exception of its own.
 */
export class ClientGoneException extends HttpException {
  constructor() {
    const message = 'The client disconnected'
    super({ message, statusCode: CLIENT_CLOSED_REQUEST }, CLIENT_CLOSED_REQUEST)
    this.message = message
  }

  /** Nest's constructor calls it. */
  override initName(): void {
    this.name = 'AbortError'
  }
}
