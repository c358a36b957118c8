/** The one way in which this thread makes threads below it. */
import type { ResourceLimits } from 'node:worker_threads'
import type { Bell } from '../channel/bell.js'
import type { StartPause } from '../executor/executor.js'
import { type FrameRef, PROTOCOL_VERSION, type ThreadAddress } from '../protocol.js'
import { type Maker, Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import type { ConfigureOptions } from './config.js'
import type { FailedStarts } from './failed-starts.js'
import type { PostOffice } from './post-office.js'

export interface Starter extends Maker {
  readonly bell: Bell
  readonly hostAddress: ThreadAddress
  readonly entryModule: string | undefined
  readonly config: ConfigureOptions
  readonly post: PostOffice
  readonly failedStarts: FailedStarts
}

export class ThreadStarts {
  readonly #here: Starter
  #last = 0

  constructor(here: Starter) {
    this.#here = here
  }

  /** @returns the thread, or a pause where the last ones could not start. */
  start(role: ThreadRole, starter?: FrameRef, limits?: ResourceLimits): Thread | StartPause {
    const here = this.#here
    const kind = limits ? `${role} ${JSON.stringify(limits)}` : role
    const pause = here.failedStarts.pause(kind)
    if (pause) return pause
    this.#last += 1
    const { env, execArgv, resourceLimits, startTimeout, setup = [], spin } = here.config
    const thread = new Thread(
      {
        protocol: PROTOCOL_VERSION,
        address: `${here.address}/${this.#last}`,
        role,
        host: here.hostAddress,
        makerMemory: here.bell.memory,
        entryModule: here.entryModule,
        starter,
        spin,
        census: here.census.memory,
        setup: setup.map(String),
      },
      { env, execArgv, startTimeout, resourceLimits: limits ?? resourceLimits },
      here,
    )
    here.post.add(thread)
    here.failedStarts.started(kind, thread)
    return thread
  }
}
