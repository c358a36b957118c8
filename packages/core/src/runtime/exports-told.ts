/**
 * Who has been told which functions a module exports. A module that is named by its URL is not loaded where it is called from, so its
 * caller learns from the first answer what the module has.
 */
import type { CallMessage, Message, ThreadAddress } from '../protocol.js'
import type { Registry } from '../registry/registry.js'
import { isWithin } from '../thread-address.js'

export interface ExportsToldEnvironment {
  readonly address: ThreadAddress
  readonly registry: Registry
  postOrDrop(message: Message): void
}

export class ExportsTold {
  readonly #here: ExportsToldEnvironment
  readonly #told = new Map<string, Set<ThreadAddress>>()

  constructor(here: ExportsToldEnvironment) {
    this.#here = here
  }

  /** To be called before a call is answered: messages arrive in order, so the caller knows when it has the answer. */
  tell({ from, request }: CallMessage): void {
    const { ref, origin } = request
    if (ref.kind !== 'export') return
    const { module } = ref
    const to = origin?.from ?? from
    const told = this.#told.get(module)
    if (told?.has(to)) return
    const names = this.#here.registry.exportsOf(module)
    if (!names) return
    if (told) told.add(to)
    else this.#told.set(module, new Set([to]))
    const { address } = this.#here
    if (to === address) return
    this.#here.postOrDrop({ kind: 'exports', to, from: address, module, names: [...names] })
  }

  /** A thread has ended: its address is never used again. */
  threadGone(thread: ThreadAddress): void {
    for (const told of this.#told.values())
      for (const address of told) if (isWithin(address, thread)) told.delete(address)
  }
}
