/** A context has ended: what it left on this thread goes, before the thread serves another. */
import type { Codec } from '../codec/codec.js'
import type { LeasedContexts } from '../context/context-ref.js'
import { printThrown } from '../print-thrown.js'
import type { CleanedMessage, CleanMessage, Message, ThreadAddress } from '../protocol.js'
import type { Registry } from '../registry/registry.js'
import { decoded } from './decoded.js'
import type { ExitHooks } from './exit-hooks.js'
import { warnOfExit } from './exit-warning.js'
import type { LeftOpen } from './left-open.js'

export interface CleanUpEnvironment {
  readonly address: ThreadAddress
  readonly registry: Registry
  readonly codec: Codec
  readonly leased: LeasedContexts | undefined
  readonly leftOpen: LeftOpen
  readonly exitHooks: ExitHooks
  postOrDrop(message: Message): void
}

export function cleanUp(here: CleanUpEnvironment, { context, from }: CleanMessage): void {
  // While the context still has this thread: the code of the generators finds its values.
  const closings = here.leftOpen.takeAll(here.registry.handles.releaseContext(context))
  // Before any code of the user's runs: what is registered from here on would never run.
  here.leased?.beginEnd()
  here.exitHooks.run(context, closings, (errors) => {
    here.leased?.end()
    answer(here, { kind: 'cleaned', to: from, from: here.address, context }, errors)
  })
}

/** The root waits for it, so it is sent whatever the errors are. */
function answer(
  here: CleanUpEnvironment,
  message: CleanedMessage,
  errors: readonly unknown[],
): void {
  if (errors.length === 0) return here.postOrDrop(message)
  try {
    here.postOrDrop({ ...message, error: here.codec.encode(errors.map(asError)) })
  } catch {
    const texts = errors.map((error) => new Error(printThrown(error)))
    here.postOrDrop({ ...message, error: here.codec.encode(texts) })
  }
}

/** The thread that leased this one to a context has the answer. */
export function warnOfFailedExit(
  { codec }: Pick<CleanUpEnvironment, 'codec'>,
  error: CleanedMessage['error'],
): void {
  if (!error) return
  for (const failure of [decoded(codec, error)].flat())
    warnOfExit(
      'An onContextExit function failed, or a generator that its context had left open, and the thread was replaced',
      failure,
    )
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(printThrown(thrown))
}
