import * as types from 'node:util/types'

/** What the engine says where the stack ends: JavaScriptCore, which Bun runs on, has it with a full stop. */
export const STACK_ENDS = `Maximum call stack size exceeded${process.versions.bun ? '.' : ''}`

/** Whether it is the engine's own RangeError. Where the stack has ended just now, compare the message in place: a call takes stack, too. */
export function isShortStack(error: unknown): error is RangeError {
  if (!types.isNativeError(error)) return false
  // Not by an access: the user's own error may have a getter under that name.
  return Object.getOwnPropertyDescriptor(error, 'message')?.value === STACK_ENDS
}
