/** What a crossing may come to. */
import { isResolvedByTheLanguage } from './cases.js'
import { members } from './members/all.js'

/**
 * @param {object} spec The case.
 * @param {object} outcome What `attack.js` saw.
 * @returns {string | undefined} What is wrong.
 */
export function judge(spec, outcome) {
  const member = members[spec.member]
  const { name = '', code = '', message = '', at = '' } = outcome
  const told = `${name} ${code} ${message} ${at}`.trim()
  switch (outcome.end) {
    case 'arrived':
      if (spec.role === 'thrown') return 'what was thrown was returned'
      if (member.bytes && outcome.bytes && member.bytes !== outcome.bytes)
        return `other bytes arrived: ${outcome.bytes}`
      return outcome.levels < member.levels && !mayBeLost(spec, member)
        ? `of ${member.levels} levels ${outcome.levels} arrived`
        : undefined
    case 'failed':
      return judgeFailure(spec, member, outcome, told)
    default:
      return outcome.end
  }
}

function judgeFailure(spec, member, { by }, told) {
  const { role, depth } = spec
  const isLanguages = isResolvedByTheLanguage(spec)
  const isUsers = role === 'thrown' || role === 'abortReason'
  switch (by) {
    case 'timeout':
      return `hung: ${told}`
    case 'death':
      return `dead: ${told}`
    // A thing that can't cross has no other error than this.
    case 'transfer':
      return member.arrives && isPlain(depth) && !isUsers ? `did not arrive: ${told}` : undefined
    case 'bridge':
      // A thenable where only sync code may be; what a call from an encoder is refused with.
      return member.isThenable || member.hasCodec ? undefined : `not the right error: ${told}`
    case 'hostile':
      if (isUsers || member.hasCodec || member.isThenable || isLanguages) return undefined
      return `a raw error: ${told}`
    case 'value':
    case 'reason':
      return isUsers || member.isThenable || member.hasCodec
        ? undefined
        : `a raw value was thrown: ${told}`
    case 'no path':
      return `without a path: ${told}`
    // An error of the user's own arrives with what it has, which may be odd.
    case 'unreadable':
      return isUsers ? undefined : `unreadable: ${told}`
    default:
      return isLanguages ? undefined : `a raw error: ${told}`
  }
}

/** An error arrives without what can't cross of it. */
const mayBeLost = ({ depth }, { arrives }) => !arrives && depth.includes('error')

/** A place in which values of every kind may stand. */
const isPlain = (depth) => depth !== 'field of an instance'
