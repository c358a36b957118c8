/**
 * The errors and the instances with a codec of one message, on their way out.
 *
 * They form a graph: causes, members of an AggregateError, errors that hold instances, instances whose codecs give other instances. All
 * of them are laid down in one flat list, each once, and refer to each other by their numbers. They are gone through by an agenda and
 * not by recursion. So a chain of thousands needs no more stack than one node, the work grows with the number of nodes and not with the
 * number of ways to them, and what occurs twice arrives as one.
 *
 * A node that can't cross is known only when all nodes have been gone through. Where an error holds it, the error loses that property.
 * Anything else that holds it can't cross either.
 */

import { printThrown } from '../print-thrown.js'
import type { WireError, WireInstance, WireNode, WireValue } from '../protocol.js'
import { isTransferError } from './clone-failure.js'
import { Cycles } from './cycles.js'
import { addProperties, leaveOut, withoutProperties } from './encode-errors.js'
import type { ErrorClasses } from './error-classes.js'
import { codecFor } from './instance-codecs.js'
import { printSteps } from './read-once.js'
import { stuck } from './replace.js'
import { MOST_LEVELS } from './survey.js'

/** Encodes any value; handed in, since values hold nodes and nodes hold values. */
export interface ValueEncoder {
  readonly classes: ErrorClasses
  encode(value: unknown, nodes: NodesOut): WireValue
}

/** The way to a value from what holds it, for people. Asked for only where something can't cross. */
export type Way = () => string

type Unfinished<T> = { -readonly [K in keyof T]: T[K] }

interface Node {
  readonly number: number
  readonly value: object
  readonly wire: WireNode
  /** How many instances are above it. */
  readonly level: number
  /** Instances whose codecs gave it, or something that holds it. */
  readonly holders: Array<readonly [holder: Node, way: Way]>
  /** Properties of errors that hold it. */
  readonly properties: WireValue[]
  /** Where it stands among the values of the message themselves. */
  way?: Way
  /** Why it can't cross. */
  failure?: Failure
}

/** A node that can't cross, and the way from it to the obstacle. */
interface Failure {
  readonly reason: unknown
  readonly way: Way
  readonly next?: Failure | undefined
}

/** So many characters of messages and stacks travel in one message: many more would end the process instead of the call. */
const MOST_TEXT = 64 * 2 ** 20

const here: Way = () => ''

export class NodesOut {
  /** As they travel. It grows until the message is posted. */
  readonly list: WireNode[] = []
  readonly #codec: ValueEncoder
  readonly #nodes: Node[] = []
  readonly #byValue = new Map<unknown, Node>()
  /** Found, and not yet gone through. The last one comes first, so that an endless codec reaches the bound of levels soon. */
  readonly #agenda: Node[] = []
  /** The node whose parts are being encoded. */
  #holder: Node | undefined
  /** Instances that the property of an error holds which is being encoded. */
  #inProperty: Node[] | undefined
  #completed = 0
  /** Told once codecs go on and on. */
  #endless: unknown
  #text = 0
  /** What has been made of the objects that are properties. One that occurs twice is sent once. */
  #properties: Map<unknown, WireValue> | undefined
  /** Encoded, but perhaps not cloneable. */
  #doubtful: WireValue[] = []

  constructor(codec: ValueEncoder) {
    this.#codec = codec
  }

  /** The list for the message; undefined where there are none. */
  get own(): readonly WireNode[] | undefined {
    return this.list.length > 0 ? this.list : undefined
  }

  /**
   * Enters an error or an instance. What it holds is gone through by `complete`.
   * @param way The way to it, from the values of the message or from those of the node that is being encoded.
   * @returns the number that stands for it.
   * @throws TransferError, without a path, where there are too many.
   */
  add(value: object, kind: 'error' | 'instance', way: Way = here): number {
    const node = this.#byValue.get(value) ?? this.#enter(value, kind)
    if (this.#inProperty) this.#inProperty.push(node)
    else if (this.#holder) node.holders.push([this.#holder, way])
    else {
      node.way ??= way
      // Gone through before, below an error that could do without it.
      if (node.failure) throw failed(node.failure, way)
    }
    return node.number
  }

  /** @throws TransferError (SYNCBRIDGE_TRANSFER) where an instance can't cross, naming the way to it. */
  complete(): void {
    const from = this.#completed
    try {
      for (let node = this.#agenda.pop(); node; node = this.#agenda.pop()) {
        this.#holder = node
        // What is left may be as endless: nothing of it is looked at, and whatever holds it can't cross either.
        if (this.#endless) node.failure ??= { reason: this.#endless, way: here }
        else if (isError(node.wire)) this.#goThroughError(node, node.wire)
        else this.#goThroughInstance(node, node.wire)
      }
    } finally {
      this.#holder = undefined
      this.#inProperty = undefined
    }
    this.#completed = this.#nodes.length
    const added = this.#nodes.slice(from)
    this.#refuseCycles(added)
    const refused = this.#uncloneable(added)
    this.#refuseHolders(added, refused)
    if (refused.size === 0) return
    for (const { wire } of added) if (isError(wire)) leaveOut(wire, refused)
  }

  #enter(value: object, kind: 'error' | 'instance'): Node {
    const level = (this.#holder?.level ?? 0) + (kind === 'instance' ? 1 : 0)
    if (level > MOST_LEVELS) {
      this.#endless = stuck('', `codecs are nested more than ${MOST_LEVELS} levels deep there`)
      throw this.#endless
    }
    const wire = kind === 'error' ? this.#entryOfError(value as Error) : entryOfInstance(value)
    const node: Node = {
      number: this.list.length,
      value,
      wire,
      level,
      holders: [],
      properties: [],
    }
    this.#byValue.set(value, node)
    this.list.push(wire)
    this.#nodes.push(node)
    this.#agenda.push(node)
    return node
  }

  #entryOfError(error: Error): WireError {
    if (this.#text > MOST_TEXT)
      throw stuck('', `its errors have more than ${MOST_TEXT / 2 ** 20} million characters`)
    const wire = withoutProperties(error, this.#codec.classes)
    this.#text += wire.message.length + wire.stack.length
    return wire
  }

  #goThroughError({ value }: Node, wire: WireError): void {
    addProperties(value as Error, wire, (owner, key) => this.#property(owner, key))
  }

  #goThroughInstance(node: Node, wire: Unfinished<WireInstance>): void {
    try {
      wire.value = this.#codec.encode(encoded(node.value), this)
    } catch (reason) {
      node.failure = { reason, way: here }
    }
  }

  /** A property of an error as it travels; undefined where it can't. */
  #property(owner: object, key: string): WireValue | undefined {
    const found: Node[] = []
    this.#inProperty = found
    try {
      // A getter of the user's may throw.
      const value: unknown = Reflect.get(owner, key)
      const type = typeof value
      if (type === 'string' || type === 'number' || value === undefined || value === null)
        return { value: [value] }
      return this.#properties?.get(value) ?? this.#encode(value, found)
    } catch {
      return undefined
    } finally {
      this.#inProperty = undefined
    }
  }

  #encode(value: unknown, found: readonly Node[]): WireValue {
    const wire = this.#codec.encode(value, this)
    // An error has been entered, and is gone through part by part. Scalars need no trial.
    if (wire.marks?.[0]?.[1] === 'error' || Object(value) !== value) return wire
    for (const node of found) if (!isError(node.wire)) node.properties.push(wire)
    this.#properties ??= new Map()
    this.#properties.set(value, wire)
    this.#doubtful.push(wire)
    return wire
  }

  /** Neither of two instances that are part of each other could be built first. */
  #refuseCycles(added: readonly Node[]): void {
    // Mostly a message has one error, and no instances.
    if (!added.some(({ wire }) => !isError(wire))) return
    const cycles = new Cycles<Node>()
    for (const node of added)
      if (!isError(node.wire))
        for (const [holder] of node.holders) if (!isError(holder.wire)) cycles.add(holder, node)
    for (const node of cycles.members()) {
      const { name } = node.wire as WireInstance
      const reason = stuck('', `an instance of ${name} is part of what its own codec makes of it`)
      node.failure ??= { reason, way: here }
    }
  }

  /**
   * Only structured clone knows what it refuses. All is tried at once, since properties may share what they hold.
   * @returns the properties that it refuses. Of instances it is noted.
   */
  #uncloneable(added: readonly Node[]): Set<WireValue> {
    const doubtful = this.#doubtful
    if (doubtful.length === 0) return new Set()
    this.#doubtful = []
    const instances = added.filter(({ wire, failure }) => !isError(wire) && !failure)
    const values = instances.map(({ wire }) => (wire as WireInstance).value)
    if (refusal([doubtful, values]) === undefined) return new Set()
    for (const node of instances) {
      const reason = refusal((node.wire as WireInstance).value)
      if (reason !== undefined) node.failure = { reason: stuck('', reason), way: here }
    }
    return new Set(doubtful.filter((wire) => refusal(wire) !== undefined))
  }

  /** What holds an instance that can't cross can't cross itself. @param refused Properties of errors that are to be left out. */
  #refuseHolders(added: readonly Node[], refused: Set<WireValue>): void {
    const open = added.filter(({ failure }) => failure)
    for (const node of open) {
      const failure = node.failure as Failure
      if (node.way) throw failed(failure, node.way)
      for (const wire of node.properties) refused.add(wire)
      for (const [holder, way] of node.holders) {
        if (holder.failure || isError(holder.wire)) continue
        holder.failure = { reason: failure.reason, way, next: failure }
        open.push(holder)
      }
    }
    // What is left out of the message must not keep it from being cloned. Nobody looks at it.
    for (const { wire, failure } of open)
      if (failure && !isError(wire))
        (wire as Unfinished<WireInstance>).value = { value: [undefined] }
  }
}

export function isError(node: WireNode): node is WireError {
  return 'type' in node
}

function entryOfInstance(value: object): WireInstance {
  const { Class, module, format, ordinal } = registeredFor(value)
  return { module, format, name: Class.name, ordinal, value: { value: [undefined] } }
}

function registeredFor(value: object) {
  return codecFor(value) as NonNullable<ReturnType<typeof codecFor>>
}

/** @throws TransferError, without a path, where the codec throws. */
function encoded(value: object): unknown {
  const { Class, codec } = registeredFor(value)
  try {
    return codec.encode(value)
  } catch (error) {
    throw stuck('', `the codec of ${Class.name} threw ${printThrown(error)}`, error)
  }
}

/** @param way To the node that fails, which has been the last to hear of it. */
function failed(failure: Failure, way: Way): unknown {
  const { reason } = failure
  if (!isTransferError(reason)) return reason
  const steps = [way()]
  for (let at: Failure | undefined = failure; at; at = at.next) steps.push(at.way())
  steps.push(reason.path ?? '')
  return stuck(
    printSteps(steps.filter((step) => step !== '')),
    reason.message,
    reason.cause ?? reason,
  )
}

/** Why structured clone refuses it; undefined where it does not. */
function refusal(wire: unknown): string | undefined {
  try {
    structuredClone(wire)
    return undefined
  } catch (error) {
    return printThrown(error)
  }
}
