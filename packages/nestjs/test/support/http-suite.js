import { controllerOf, start } from './app.js'
import { describeDecorators } from './http/decorators.js'
import { describeDisconnects } from './http/disconnects.js'
import { describeEndings } from './http/endings.js'
import { describeErrors } from './http/errors.js'
import { describeMiddleware } from './http/middleware.js'
import { describeRequests } from './http/requests.js'

/** What holds on every HTTP adapter. `makeAdapter` makes one, or nothing for Nest's default. */
export function describeHttp(name, makeAdapter) {
  const serve = (t, handlers, { metadata = {}, setup, decorators } = {}) =>
    start(
      t,
      { controllers: [controllerOf(handlers, decorators)], ...metadata },
      { adapter: makeAdapter(), setup },
    )
  for (const describe of [
    describeRequests,
    describeEndings,
    describeDisconnects,
    describeErrors,
    describeDecorators,
    describeMiddleware,
  ]) {
    describe(name, serve)
  }
}
