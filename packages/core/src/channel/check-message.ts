/**
 * Whether what came as plain data, or by port, is a message at all. Calls and outcomes that are read from the ring word by word are
 * so by the way they are read; this is for the others, which are few.
 */
import type { Message } from '../protocol.js'
import { malformed } from './malformed.js'

const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => Number.isInteger(value)
const isTime = (value: unknown) => typeof value === 'number'
const isList = (value: unknown) => Array.isArray(value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

type Fields = Readonly<Record<string, (value: unknown) => boolean>>

/** An object that has these, as they must be. */
const has =
  (fields: Fields) =>
  (value: unknown): boolean =>
    isRecord(value) && Object.entries(fields).every(([name, isRight]) => isRight(value[name]))

const oneOf =
  (...known: readonly unknown[]) =>
  (value: unknown) =>
    known.includes(value)

const isWire = (value: unknown) =>
  isRecord(value) &&
  'value' in value &&
  (value.marks === undefined || isList(value.marks)) &&
  (value.nodes === undefined || isList(value.nodes))
const isWireList = (value: unknown) => isWire(value) && isList((value as { value: unknown }).value)
const isLocals = has({ keys: isList, values: isWire, deleted: isList })
const isScope = has({ chain: isList, loop: isText, locals: isLocals, storages: isList })
const isRef = has({
  kind: oneOf('place', 'export', 'handle'),
  module: isText,
  format: oneOf('esm', 'cjs'),
  name: isText,
  ordinal: isNumber,
})
const isTarget = has({ by: oneOf('thread', 'frame', 'context', 'shared', 'pool', 'loop', 'home') })
const isOutcome = (value: unknown) => {
  if (!isRecord(value)) return false
  if (value.ok === 'refused') return true
  const result =
    value.ok === true ? isWireList(value.value) : value.ok === false && isWire(value.error)
  return result && has({ locals: isLocals, storages: isList })(value.changes)
}

const isNotice = (value: unknown) =>
  value === undefined ||
  has({ number: isNumber, left: isTime, limit: isTime, module: isText })(value)

const shapes: Readonly<Record<Message['kind'], Fields>> = {
  call: {
    id: isNumber,
    target: isTarget,
    request: has({ mode: oneOf('sync', 'async'), ref: isRef, args: isWireList, scope: isScope }),
  },
  outcome: { id: isNumber, outcome: isOutcome },
  abort: { id: isNumber, reason: isWire, urgency: oneOf('timeout', 'abort', 'terminate') },
  heard: { id: isNumber },
  pulse: { number: isNumber },
  context: { context: isText, state: oneOf('open', 'ended', 'over') },
  clean: { context: isText },
  cleaned: { context: isText },
  life: { state: oneOf('ready', 'tidy', 'loading', 'dying'), load: isNotice },
  leave: {},
  gone: { thread: isText },
  exports: { module: isText, names: (value) => Array.isArray(value) && value.every(isText) },
  handle: { id: isNumber, change: oneOf('keep', 'release', 'close') },
  output: {
    fd: oneOf(1, 2),
    chunk: (value) => typeof value === 'string' || value instanceof Uint8Array,
  },
  trace: { call: has({ id: isText, ref: isRef, mode: oneOf('sync', 'async') }) },
}

/** @throws SyncBridgeError where it is none. */
export function checkMessage(value: unknown): Message {
  if (!has({ kind: isText, to: isText, from: isText })(value)) malformed('it is no message')
  const { kind } = value as Message
  const fields = Object.hasOwn(shapes, kind) ? shapes[kind] : malformed(`its kind is '${kind}'`)
  if (!has(fields)(value)) malformed(`it is no ${kind}`)
  return value as Message
}
