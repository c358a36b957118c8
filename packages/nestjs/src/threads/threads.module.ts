import { Inject, Module, Optional, type Type } from '@nestjs/common'
import { SYNCBRIDGE_OPTIONS } from '../syncbridge.constants.js'

/** Token of what one `forThreads()` has made. */
export const THREAD_BINDING = Symbol.for('syncbridge.nestjs.thread-binding')

/** The services of one `forThreads()`, by class, as the main thread calls them. */
export interface ThreadBinding {
  readonly proxies: ReadonlyMap<Type, object>
}

/** What `SyncbridgeModule.forThreads()` adds to an application. */
@Module({})
export class SyncbridgeThreadsModule {
  readonly binding: ThreadBinding

  constructor(
    @Inject(THREAD_BINDING) binding: ThreadBinding,
    @Optional() @Inject(SYNCBRIDGE_OPTIONS) options: unknown,
  ) {
    if (options === undefined) {
      throw new TypeError(
        'SyncbridgeModule.forThreads() needs SyncbridgeModule.forRoot() in the same application: it ends the threads when the application closes.',
      )
    }
    this.binding = binding
  }
}
