/**
 * A message that goes by port may turn out to be unreadable there: structured clone recurses, and the reader may stand near the end of
 * its stack. Its values are lost then, and nobody can say whose they were. So a notice of it goes another way, which can be read
 * always: what the message is, without the values. From that and the reason the reader makes a message that fails whoever is concerned.
 */
import { NO_CHANGES } from '../codec/clone-failure.js'
import type { CallName, Message, Target, ThreadAddress, WireValue } from '../protocol.js'
import { malformed } from './malformed.js'

/** Plain data, of two levels. */
export interface Notice {
  readonly kind: Message['kind']
  readonly to: ThreadAddress
  readonly from: ThreadAddress
  /** Of a message that has one. */
  readonly id?: number | undefined
  /** All but the values: of a call what it takes to refuse it, of others what they say beside. */
  readonly rest: Readonly<Record<string, unknown>>
}

export function noticeOf(message: Message): Notice {
  const { kind, to, from } = message
  const notice = { kind, to, from, id: 'id' in message ? message.id : undefined }
  return { ...notice, rest: restOf(message) }
}

function restOf(message: Message): Readonly<Record<string, unknown>> {
  switch (message.kind) {
    case 'call': {
      const { target, request } = message
      const { mode, ref, origin, scope } = request
      return { target, mode, ref, origin, loop: scope.loop }
    }
    case 'abort':
      return { told: message.told, urgency: message.urgency }
    case 'context':
      return { context: message.context, state: message.state }
    case 'clean':
    case 'cleaned':
      return { context: message.context }
    case 'life':
      return { state: message.state }
    case 'trace':
      return { call: message.call, end: message.end }
    case 'heard':
      return { isActedOn: message.isActedOn }
    case 'pulse':
      return { number: message.number, isAnswer: message.isAnswer }
    case 'handle':
      return { change: message.change }
    case 'gone':
      return { thread: message.thread }
    case 'exports':
      return { module: message.module, names: message.names }
    case 'output':
      return { fd: message.fd }
    default:
      return {}
  }
}

/** What came is what was announced: otherwise one call would get the values of another. */
export function assertAnnounced(notice: Notice, { kind, to, from, ...message }: Message): void {
  const { id } = notice
  const isSame =
    notice.kind === kind &&
    notice.to === to &&
    notice.from === from &&
    id === (message as { id?: number }).id
  if (!isSame) malformed(`a ${String(kind)} came where a ${notice.kind} was announced`)
}

export function checkNotice(value: unknown): Notice {
  const { kind, to, from, rest } = Object(value) as Notice
  const isNotice =
    typeof kind === 'string' &&
    typeof to === 'string' &&
    typeof from === 'string' &&
    Object(rest) === rest
  return isNotice
    ? (value as Notice)
    : malformed('a message by port was announced by something else')
}

/**
 * What takes the place of a message whose values are lost.
 *
 * @param error The reason, encoded.
 */
export function messageWithout({ kind, to, from, id, rest }: Notice, error: WireValue): unknown {
  const head = { kind, to, from, ...(id !== undefined && { id }) }
  switch (kind) {
    case 'call': {
      const { target, mode, ref, origin, loop } = rest as {
        target: Target
        mode: 'sync' | 'async'
        ref: object
        origin: CallName | undefined
        loop: ThreadAddress
      }
      const { locals, storages } = NO_CHANGES
      const scope = { chain: [], loop, locals, storages }
      return { ...head, target, request: { mode, ref, origin, args: asLost(error), scope } }
    }
    case 'outcome':
      return { ...head, outcome: { ok: false, error, changes: NO_CHANGES } }
    case 'abort':
      return { ...head, ...rest, reason: error }
    case 'output':
      return { ...head, ...rest, chunk: '' }
    case 'life':
      // Of its states the one that tells of an error alone.
      return rest.state === 'dying' ? { ...head, ...rest, error } : { ...head, ...rest }
    case 'cleaned':
    case 'trace':
      return { ...head, ...rest, error }
    default:
      return { ...head, ...rest }
  }
}

/** Arguments that are an error to whoever decodes them. */
function asLost(error: WireValue): WireValue {
  return { ...error, marks: [[0, 'lost']] }
}
