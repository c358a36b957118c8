import type { Call } from '../call/call.js'
import type { Codec } from '../codec/codec.js'
import type { Runtime } from '../runtime/runtime.js'

/**
 * Gives up a call that could not be sent, or waited for.
 *
 * @param codec Releases the functions among the arguments, where nobody else will.
 */
export function giveUp(here: Runtime, call: Call, error: unknown, codec?: Codec): void {
  here.outbox.abandon(call, error, true)
  codec?.release()
}
