/** One stack that reads from the line that failed to the line that called, through the bridge, without the bridge. */
import { fileURLToPath } from 'node:url'

/** Where this library's own code lies: its frames say nothing to its users. `SYNCBRIDGE_STACK=full` shows them. */
const ownUrl = new URL('.', import.meta.url).href
const ownPath = fileURLToPath(ownUrl)
const frame = /^\s+at /

/** Drops the frames of the library, and those of Node that only serve it. */
export function foldStack(stack: string): string {
  if (process.env.SYNCBRIDGE_STACK === 'full') return stack
  return stack
    .split('\n')
    .filter(
      (line) =>
        !frame.test(line) ||
        !(
          line.includes(ownUrl) ||
          line.includes(ownPath) ||
          /\(?node:(internal|async_hooks|domain|events|diagnostics_channel)/.test(line)
        ),
    )
    .join('\n')
}

/** The other thread's stack, and below it the caller's frames here. */
export function joinStacks(remote: string, where: string, local: string | undefined): string {
  const frames = foldStack(local ?? '')
    .split('\n')
    .filter((line) => frame.test(line))
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
