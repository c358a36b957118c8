/** One stack that reads from the line that failed to the line that called, through the bridge, without the bridge. */
import { variable } from '../environment.js'
import { libraryFolders } from '../registry/library-file.js'
import { isFrame } from './plain-text.js'

/** Where this library's own code lies: its frames say nothing to its users. `SYNCBRIDGE_STACK=full` shows them. */
const places = [
  ...libraryFolders,
  ...['internal', 'async_hooks', 'domain', 'events', 'diagnostics_channel'].map(
    (module) => `node:${module}`,
  ),
]
/** A whole line, in one sweep through the text: to take it apart line by line costs thrice as much. */
const folded = new RegExp(
  `\\n[^\\S\\n]+at [^\\n]*?(?:${places.map(literally).join('|')})[^\\n]*`,
  'g',
)

/** Drops the frames of the library, and those of Node that only serve it. */
export function foldStack(stack: string): string {
  if (variable('SYNCBRIDGE_STACK') === 'full') return stack
  try {
    return stack.replace(folded, '')
  } catch {
    // Near the end of a stack the engine may be unable to compile the expression. The error is told all the same.
    return stack
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** What an error's stack says: an `Error.prepareStackTrace` of the user's may throw, or give something else than text. */
export function stackOf(error: Error): string {
  try {
    const stack: unknown = error.stack
    return typeof stack === 'string' ? stack : ''
  } catch {
    return ''
  }
}

/** The other thread's stack, and below it the caller's frames here. */
export function joinStacks(remote: string, where: string, local: string): string {
  const frames = foldStack(local).split('\n').filter(isFrame)
  const border = `    --- ${where}, called from ---`
  return shorten([...foldStack(remote).split('\n'), border, ...frames]).join('\n')
}

/** So many lines are kept of where it failed and of where it was called: a deep nest would copy its whole height at each level. */
const FIRST = 80
const LAST = 40
const GAP = '    …'

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= FIRST + LAST + 1) return lines
  return [
    ...lines.slice(0, FIRST).filter((line) => line !== GAP),
    GAP,
    ...lines.slice(-LAST).filter((line) => line !== GAP),
  ]
}
