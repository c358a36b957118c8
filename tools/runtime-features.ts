/** One row of the table of docs/compatibility.md: a program of packages/core/test/runtimes, which checks itself. */
export interface Feature {
  /** Its file, without the extension. */
  readonly program: string
  /** As its row is headed on the page. */
  readonly title: string
  /** Its exit code, where that is not 0. */
  readonly code?: number
  /** What it must print. */
  readonly output?: RegExp
}

export const features: readonly Feature[] = [
  { program: 'awaited', title: 'Awaited calls' },
  { program: 'blocking', title: 'Blocking calls' },
  { program: 'nesting', title: 'Calls nested 200 deep' },
  { program: 'contexts', title: 'Contexts, their leases and exit functions' },
  { program: 'locals', title: '`Local`s' },
  { program: 'storages', title: '`carryStorage`' },
  { program: 'values', title: 'Values of all kinds, codecs, what is refused' },
  { program: 'transfer', title: 'Moved memory and ports' },
  { program: 'streams', title: 'Moved streams' },
  { program: 'generators', title: 'Generators' },
  { program: 'callbacks', title: 'Functions as arguments and results' },
  { program: 'modules', title: 'Modules by URL' },
  { program: 'setup', title: 'Setup modules' },
  { program: 'errors', title: 'Errors with class, properties, cause' },
  { program: 'stacks', title: 'Both halves of a stack' },
  { program: 'stack-overflow', title: 'Stack overflows' },
  { program: 'timeout', title: 'Timeouts' },
  { program: 'abort', title: 'Aborts and `callSignal`' },
  { program: 'deaths', title: 'Deaths of threads, with exit code and cause' },
  { program: 'stuck-thread', title: 'Stuck threads are replaced' },
  {
    program: 'stuck-loop',
    title: 'Stuck loops are replaced, also while the main thread is blocked',
  },
  { program: 'runs-once', title: 'Calls behind a stuck one run once' },
  { program: 'memory-limit', title: '`resourceLimits` in awaited calls' },
  { program: 'memory-limit-blocked', title: '`resourceLimits` in blocking calls' },
  { program: 'pool', title: 'Pools and their limits' },
  { program: 'shutdown', title: '`shutdown` and `onThreadExit`' },
  { program: 'in-a-worker', title: 'In a Worker of your own' },
  { program: 'diagnostics', title: 'Diagnostics channels' },
  {
    program: 'output',
    title: 'Output of all threads in order',
    output: /^main\nloop begins\nloop ends\nmain again\nthread\nthe end\n$/,
  },
  { program: 'exit-code', title: 'The process ends by itself, with its exit code', code: 5 },
  {
    program: 'unhandled',
    title: 'An error that nobody catches ends the process',
    code: 1,
    output: /sold out/,
  },
]

/** The runtimes that have columns of their own on the page. */
const COLUMNS = ['node', 'bun', 'deno'] as const

/**
 * What is not there, as the page says it.
 *
 * @param page The text of docs/compatibility.md.
 * @returns for each title the runtimes that lack it; of the rows whose cells are all `yes` or `no`.
 */
export function missingOf(page: string): ReadonlyMap<string, ReadonlySet<string>> {
  const missing = new Map<string, ReadonlySet<string>>()
  for (const line of page.split('\n')) {
    const [title = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (cells.length !== COLUMNS.length || !cells.every((cell) => /^(yes|no\b.*)$/.test(cell)))
      continue
    missing.set(title, new Set(COLUMNS.filter((_, column) => cells[column] !== 'yes')))
  }
  return missing
}
