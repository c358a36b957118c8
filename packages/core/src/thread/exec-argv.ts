/** The Node options of a thread. By default they are those of the process, which Node hands on by itself. */

import { variable } from '../environment.js'

/** They say what program the process runs, and how: a thread runs another one, and Node refuses some of them to it. */
const OF_THE_PROGRAM =
  /^(-e|-p|-pe|-c|-i|--eval|--print|--check|--interactive|--input-type|--run|--watch(-[a-z-]+)?|--(experimental-)?test-[a-z-]+)(=|$)/
/** Of those, what is followed by a value that may look like an option. */
const BEFORE_ANYTHING = /^(-e|-p|-pe|--eval|--print|--input-type)$/

/** What the user has set. */
interface Given {
  readonly execArgv?: readonly string[] | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
}

/** For Node; what is left out it hands on by itself. */
interface Options {
  readonly execArgv?: string[]
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Starts a thread with the options that it can have.
 *
 * Node refuses a list in which there are options of the whole process (V8's, for one), and names them in its error. Those that the process
 * itself was started with hold in the thread anyway, so they are left out. One that the process does not have is the user's mistake.
 *
 * @param start Is called a second time where Node has refused the first list.
 */
export function withExecArgv<W>(given: Given, start: (options: Options) => W): W {
  const changed = withoutInputType(given.env)
  const env = changed ?? given.env
  const more = env ? { env } : {}
  // The one option of a process that a thread must not inherit. A list of one's own costs a second attempt where Node refuses the first.
  const mustNotInherit =
    changed !== undefined || process.execArgv.some((option) => option.startsWith('--input-type'))
  if (!given.execArgv && !mustNotInherit) return start(more)
  const all = given.execArgv ?? process.execArgv
  const execArgv = without(all, (option) => OF_THE_PROGRAM.test(option))
  // By it a thread knows that it must not run tests, see `node-test.ts`.
  if (process.execArgv.includes('--test') && !execArgv.includes('--test')) execArgv.push('--test')
  try {
    return start({ ...more, execArgv })
  } catch (error) {
    const isRefused = refusedBy(error)
    const refused = execArgv.filter(isRefused)
    if (refused.length === 0 || !refused.every((option) => process.execArgv.includes(option)))
      throw error
    return start({ ...more, execArgv: without(execArgv, isRefused) })
  }
}

/** @returns a copy; undefined where it says nothing of the kind. */
function withoutInputType(env: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv | undefined {
  const options = variable('NODE_OPTIONS', env)
  if (!options?.includes('--input-type')) return undefined
  return {
    ...(env ?? process.env),
    NODE_OPTIONS: options.replaceAll(/(^|\s)--input-type(=|\s+)\S+/g, ''),
  }
}

/** Leaves options out, together with their values. */
function without(options: readonly string[], isUnwanted: (option: string) => boolean): string[] {
  const kept: string[] = []
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? ''
    const next = options[index + 1]
    if (!isUnwanted(option)) kept.push(option)
    // A word that is no option belongs to the one before it: else it would be the program's name, which Node takes out of the list.
    else if (BEFORE_ANYTHING.test(option) || (next !== undefined && !next.startsWith('-')))
      index += 1
  }
  return kept
}

function refusedBy(error: unknown): (option: string) => boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown }
  if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') return () => false
  const named = `, ${String(message).replace(/^.*?flags: /s, '')}, `
  return (option) => option.startsWith('-') && named.includes(`, ${option}, `)
}
