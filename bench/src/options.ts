import { parseArgs } from 'node:util'
import { FEWEST_PAIRS } from './measuring/paired-ratio.ts'

/** What the command line asks for. */
export interface Options {
  /** Runs only what matches, as `scenario/condition/contender`. */
  only: RegExp | undefined
  rounds: number
  /** How many pairs of processes `against` takes of each row. */
  pairs: number
  /** The git ref whose core is measured beside the working tree's. */
  against: string | undefined
  /** The file for all that was found. */
  json: string | undefined
  list: boolean
  /** Ends with 1 where a goal is not met. */
  strict: boolean
  writeResults: boolean
}

const usage = `npm run bench -- [options]

  --only PATTERN    only what matches the regular expression, as scenario/condition/contender; the long runs, too
  --rounds N        rounds of fresh processes, 5 by default
  --against REF     measure the core of a git ref beside the working tree's; end with 1 where a number got worse
  --pairs N         with --against: pairs of fresh processes, 10 by default
  --json FILE       write every number to FILE
  --write-results   write RESULTS.md
  --strict          end with 1 where a goal is not met
  --list            name what there is to run`

/** @throws TypeError that names the option that is unknown or wrong, and shows how to call. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const [fits, misfit] =
    values.against === undefined
      ? (['--rounds', 'pairs'] as const)
      : (['--pairs', 'rounds'] as const)
  if (values[misfit] !== undefined) {
    const where = values.against === undefined ? 'Without' : 'With'
    throw new TypeError(`${where} --against, say ${fits} instead of --${misfit}.\n\n${usage}`)
  }
  return {
    only: values.only === undefined ? undefined : pattern(values.only),
    rounds: count('--rounds', values.rounds ?? '5', 1),
    pairs: count('--pairs', values.pairs ?? '10', FEWEST_PAIRS),
    against: values.against,
    json: values.json,
    list: values.list,
    strict: values.strict,
    writeResults: values['write-results'],
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        against: { type: 'string' },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        only: { type: 'string' },
        pairs: { type: 'string' },
        rounds: { type: 'string' },
        strict: { type: 'boolean', default: false },
        'write-results': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new TypeError(`${(error as Error).message}\n\n${usage}`, { cause: error })
  }
}

function count(name: string, text: string, least: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least) return number
  throw new TypeError(`${name} must be a whole number from ${least} on, not ${text}.\n\n${usage}`)
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new TypeError(`--only: ${(error as Error).message}`, { cause: error })
  }
}
