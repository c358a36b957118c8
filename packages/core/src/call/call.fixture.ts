import type { CallRequest } from '../protocol.js'
import { Call } from './call.js'

/** A call without values, as far as whoever keeps it in line asks. */
export function callWith(scope: Partial<CallRequest['scope']> = {}): Call {
  return new Call({
    ref: { name: 'f', module: 'file:///f.js' },
    args: { value: [] },
    scope: {
      chain: [],
      locals: { keys: [], values: { value: [] }, deleted: [] },
      storages: [],
      ...scope,
    },
  } as unknown as CallRequest)
}
