/** A context has ended: what it left on this thread goes, before the thread serves another. */
import type { Codec } from '../codec/codec.js'
import { Cell } from '../context/cell.js'
import type { LeasedContexts } from '../context/context-ref.js'
import type { Scopes } from '../context/scope.js'
import { printThrown } from '../print-thrown.js'
import type { CleanedMessage, CleanMessage, Message, ThreadAddress } from '../protocol.js'
import { closeIterators } from '../registry/iterators.js'
import type { Registry } from '../registry/registry.js'
import { decoded } from './decoded.js'
import type { ExitHooks } from './exit-hooks.js'
import { warnOfExit } from './exit-warning.js'

export interface CleanUpEnvironment {
  readonly address: ThreadAddress
  readonly registry: Registry
  readonly codec: Codec
  readonly scopes: Scopes
  readonly leased: LeasedContexts | undefined
  readonly exitHooks: ExitHooks
  postOrDrop(message: Message): void
}

export function cleanUp(here: CleanUpEnvironment, { context, from }: CleanMessage): void {
  const orphans = here.registry.handles.releaseContext(context)
  const ref = here.leased?.ref(context)
  // Before any code of the user's runs: what is registered from here on would never run.
  here.leased?.beginEnd()
  // What a generator closes at its end is what its context has opened here.
  const close = () =>
    here.scopes.run({ mode: 'open', chain: [], context: ref, cell: new Cell() }, () =>
      closeIterators(orphans),
    )
  here.exitHooks.run(context, close, (errors) => {
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
    warnOfExit('An onContextExit function failed, and its thread was replaced', failure)
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(printThrown(thrown))
}
