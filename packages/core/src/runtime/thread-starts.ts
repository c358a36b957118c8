/** The one way in which this thread makes threads below it. */
import type { ResourceLimits } from 'node:worker_threads'
import type { Bell } from '../channel/bell.js'
import { ClosedError } from '../errors.js'
import type { StartPause } from '../executor/executor.js'
import { type FrameRef, PROTOCOL_VERSION, type ThreadAddress } from '../protocol.js'
import { type Maker, Thread } from '../thread/thread.js'
import type { ThreadRole } from '../thread/thread-boot.js'
import { type ConfigureOptions, withoutUndefined } from './config.js'
import type { FailedStarts } from './failed-starts.js'
import type { PostOffice } from './post-office.js'

/**
 * How far `shutdown()` has got. `closing`: nothing new begins, and what had begun may go on. `ending`: calls of this thread are refused, and
 * its threads are ended. What these run at their end may still block, so that a loop can be started for them, and nothing else.
 */
export type Stage = 'open' | 'closing' | 'ending'

export interface Starter extends Maker {
  readonly stage: Stage
  readonly bell: Bell
  readonly hostAddress: ThreadAddress
  readonly entryModule: string | undefined
  readonly config: ConfigureOptions
  readonly startTimeout: number
  readonly post: PostOffice
  readonly failedStarts: FailedStarts
}

/** In place of a thread that a call needs after `shutdown()`: of a context that has outlived it, or of a thread that is ending. */
export const refusing: StartPause = {
  state: 'paused',
  run(call) {
    const why = `${call.label} was called after shutdown(), and needs a thread. Call configure() to start again.`
    call.settle({ failure: new ClosedError(why, { closed: 'bridge', function: call.label }) })
    call.finish()
  },
}

export class ThreadStarts {
  readonly #here: Starter
  #last = 0

  constructor(here: Starter) {
    this.#here = here
  }

  /** @returns the thread, or a pause where the last ones could not start, or where threads are being ended. */
  start(role: ThreadRole, starter?: FrameRef, limits?: ResourceLimits): Thread | StartPause {
    const here = this.#here
    if (here.stage === 'ending' && role !== 'loop') return refusing
    const kind = limits ? `${role} ${JSON.stringify(limits)}` : role
    const pause = here.failedStarts.pause(kind)
    if (pause) return pause
    this.#last += 1
    const { env, execArgv, resourceLimits, setup = [], spin } = here.config
    const { startTimeout } = here
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
        startTimeout,
        setup: setup.map(String),
      },
      // Node would make the text 'undefined' of a variable that is undefined.
      {
        env: env && withoutUndefined(env),
        execArgv,
        startTimeout,
        resourceLimits: limits ?? resourceLimits,
      },
      here,
    )
    here.post.add(thread)
    here.failedStarts.started(kind, thread)
    return thread
  }
}
