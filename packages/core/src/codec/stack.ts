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
  return [foldStack(remote), border, ...frames].join('\n')
}
