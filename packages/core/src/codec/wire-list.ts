/**
 * A list of values on its way: arguments, one result, `Local`s. What is plain data all the way down needs nothing more and goes
 * through shared memory, which finds out by writing it. Only what is declined there is gone through for what must be replaced.
 */
import type { Transferable } from 'node:worker_threads'
import type { CallRequest, Message, Replaced, WireNode, WireValue } from '../protocol.js'
import { isScalar } from './kind-of.js'
import type { Replacement } from './replace.js'

type Mark = readonly [index: number, kind: Replaced]

export class WireList implements WireValue {
  value: readonly unknown[]
  readonly marks: readonly Mark[] | undefined
  deep: WireValue['deep'] = undefined
  parts: WireValue['parts'] = undefined
  nodes: readonly WireNode[] | undefined
  readonly moved = undefined
  #replace: ((values: readonly unknown[]) => Replacement | undefined) | undefined

  /**
   * @param replace Replaces what is below the values.
   * @param nodes Those among the values.
   */
  constructor(
    value: readonly unknown[],
    marks: readonly Mark[] | undefined,
    replace: (values: readonly unknown[]) => Replacement | undefined,
    nodes?: readonly WireNode[],
  ) {
    this.nodes = nodes
    this.value = value
    this.marks = marks
    this.#replace = replace
  }

  /** The same with other marks. */
  marked(marks: readonly Mark[]): WireList {
    return new WireList(this.value, marks, this.#replace ?? (() => undefined), this.nodes)
  }

  /** Makes it ready for structured clone. @throws TransferError (SYNCBRIDGE_TRANSFER) */
  complete(): void {
    const replace = this.#replace
    if (!replace) return
    this.#replace = undefined
    let replacement: Replacement | undefined
    try {
      replacement = replace(this.value)
    } catch (error) {
      // Whoever is to send it says what is wrong.
      this.#replace = replace
      throw error
    }
    if (!replacement) return
    this.value = replacement.values
    this.deep = replacement.deep
    this.parts = replacement.parts
    this.nodes = replacement.nodes
  }
}

/** To be called before a message is cloned. @throws TransferError (SYNCBRIDGE_TRANSFER) */
export function completeMessage(message: Message): void {
  if (message.kind === 'call') {
    const { args, scope } = message.request
    complete(args)
    complete(scope.locals.values)
  } else if (message.kind === 'outcome' && message.outcome.ok !== 'refused') {
    const { outcome } = message
    complete(outcome.ok ? outcome.value : outcome.error)
    complete(outcome.changes.locals.values)
  }
}

function complete(wire: WireValue): void {
  if (wire instanceof WireList) wire.complete()
}

/**
 * The same call with its values as they are now, for one that waits before it is sent: what its caller changes meanwhile must not arrive.
 * They are copied as by a port.
 * @returns undefined where nothing can change. @throws what can't be copied
 */
export function takeValues(request: CallRequest): CallRequest | undefined {
  const { args, scope } = request
  const { locals, storages } = scope
  const values = args.value as readonly unknown[]
  if (values.every(isScalar) && locals.keys.length === 0 && storages.length === 0) return undefined
  complete(args)
  complete(locals.values)
  const taken = structuredClone({ args, locals, storages })
  const own = {
    locals: locals.keys.length === 0 ? locals : taken.locals,
    storages: storages.length === 0 ? storages : taken.storages,
  }
  return { ...request, args: taken.args, scope: { ...scope, ...own } }
}

/** The values that a message is about. */
function valuesIn(message: Message): WireValue | undefined {
  if (message.kind === 'call') return message.request.args
  return message.kind === 'outcome' && message.outcome.ok === true
    ? message.outcome.value
    : undefined
}

/** What has come here moved with a message that is passed on. */
export function movedIn(message: Message): readonly Transferable[] | undefined {
  return valuesIn(message)?.moved
}

/** Says of a message that has come by port what came moved with it. */
export function noteMoved(message: Message, moved: readonly unknown[]): void {
  const values = valuesIn(message)
  if (values) Object.assign(values, { moved })
}
