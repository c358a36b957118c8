import { Inject, Injectable } from '@nestjs/common'

/** What `@Injectable()` and `@Inject(…)` on each parameter do, in a language without decorators. */
export function injectable(Class, ...dependencies) {
  Injectable()(Class)
  dependencies.forEach((token, index) => {
    Inject(token)(Class, undefined, index)
  })
  return Class
}
