/** What is to be said of an error, whatever it does when it is looked at. */
import { HostileError } from './members/trap.js'

const HUNG = ['SYNCBRIDGE_CALL_TIMEOUT']
const DEAD = ['SYNCBRIDGE_THREAD_EXITED', 'SYNCBRIDGE_CLOSED']

/** @param own The very object that was given as the reason of an abort. */
export function describeFailure(error, own) {
  if (own !== undefined && Object.is(error, own)) return { end: 'failed', by: 'reason' }
  if (typeof error !== 'object' || error === null) return { end: 'failed', by: 'value' }
  try {
    return ofObject(error)
  } catch (failure) {
    // What arrives is a copy, which throws nothing when it is looked at.
    return { end: 'failed', by: 'unreadable', message: String(failure) }
  }
}

function ofObject(error) {
  if (!(error instanceof Error)) return { end: 'failed', by: 'value' }
  const { name, path } = error
  // An error of the user's may have anything there, also what throws when it is printed.
  const code = typeof error.code === 'string' ? error.code : undefined
  const message = String(error.message)
  const at = /\/dist\/.*/.exec(String(error.stack))?.[0]
  const told = { end: 'failed', name: String(name), code, message: message.slice(0, 300), at }
  if (HUNG.includes(code)) return { ...told, by: 'timeout' }
  if (DEAD.includes(code)) return { ...told, by: 'death' }
  if (code === 'SYNCBRIDGE_TRANSFER')
    return { ...told, by: typeof path === 'string' && path !== '' ? 'transfer' : 'no path', path }
  if (typeof code === 'string' && code.startsWith('SYNCBRIDGE_')) return { ...told, by: 'bridge' }
  // What of an error can't cross is lost on the way, its text too.
  const isUsers = error instanceof HostileError || /hostile/.test(message) || message === ''
  if (isUsers || error.syncbridgeLost) return { ...told, by: 'hostile' }
  return { ...told, by: 'other' }
}
