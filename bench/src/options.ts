import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Runs only what matches, as `scenario/condition/contender`. */
  only: RegExp | undefined
  rounds: number
  /** The git ref whose core is measured beside the working tree's. */
  against: string | undefined
  /** The file for all that was found. */
  json: string | undefined
  list: boolean
  /** Ends with 1 where a goal is not met, or a number got worse. */
  strict: boolean
  writeResults: boolean
}

const usage = `npm run bench -- [options]

  --only PATTERN    only what matches the regular expression, as scenario/condition/contender; the long runs, too
  --rounds N        rounds of fresh processes, 5 by default
  --against REF     measure the core of a git ref beside the working tree's, and name what got worse by 10 %
  --json FILE       write every number to FILE
  --write-results   write RESULTS.md
  --strict          end with 1 where a goal is not met, or a number got worse
  --list            name what there is to run`

/** @throws TypeError that names the option that is unknown or wrong, and shows how to call. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new TypeError(
      `--rounds must be a whole number from 1 on, not ${values.rounds}.\n\n${usage}`,
    )
  }
  return {
    only: values.only === undefined ? undefined : pattern(values.only),
    rounds,
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
        rounds: { type: 'string', default: '5' },
        strict: { type: 'boolean', default: false },
        'write-results': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new TypeError(`${(error as Error).message}\n\n${usage}`, { cause: error })
  }
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new TypeError(`--only: ${(error as Error).message}`, { cause: error })
  }
}
