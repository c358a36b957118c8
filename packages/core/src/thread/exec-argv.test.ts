import { expect, test } from 'vitest'
import { withExecArgv } from './exec-argv.js'

const started = (given: readonly string[], own: readonly string[] = [], refused: string[] = []) => {
  const before = process.execArgv
  process.execArgv = [...own]
  const lists: unknown[] = []
  try {
    withExecArgv({ execArgv: given }, ({ execArgv: options }) => {
      lists.push(options)
      const named = options?.filter((option) => refused.includes(option)) ?? []
      if (named.length === 0) return
      const message = `Initiated Worker with invalid execArgv flags: ${named.join(', ')}`
      throw Object.assign(new Error(message), { code: 'ERR_WORKER_INVALID_EXEC_ARGV' })
    })
  } finally {
    process.execArgv = before
  }
  return lists.at(-1)
}

test.each([
  [
    ['--no-warnings', '-e', '-1', '--import', 'x'],
    ['--no-warnings', '--import', 'x'],
  ],
  [['--input-type=module', '--eval=1', '--no-warnings'], ['--no-warnings']],
  [['--input-type', 'module', '-p', 'a', '-pe', 'b', '-c', '-i'], []],
  [
    ['--test', '--test-isolation=none', '--test-reporter', 'tap', '--experimental-test-coverage'],
    ['--test'],
  ],
  [
    ['--watch', '--watch-path', 'src', '--watch-preserve-output', '-C', 'dev'],
    ['-C', 'dev'],
  ],
  [
    ['--testing', '--env-file=.env'],
    ['--testing', '--env-file=.env'],
  ],
])('what says which program the process runs is left out of %j', (given, kept) => {
  expect(started(given)).toEqual(kept)
})

test('options of the process that Node refuses to a thread are left out, with their values', () => {
  const own = ['--title', 'a, b', '--expose-gc', '--stack-size=1, 2', '--no-warnings']
  const refused = ['--title', '--expose-gc', '--stack-size=1, 2']
  expect(started(own, own, refused)).toEqual(['--no-warnings'])
})

test('an option that the process does not have is the user’s mistake', () => {
  const own = ['--expose-gc']
  expect(() => started(['--expose-gc', '--jitless'], own, ['--expose-gc', '--jitless'])).toThrow(
    /--jitless/,
  )
})

test('nothing is handed over where Node hands on by itself', () => {
  const before = process.execArgv
  process.execArgv = ['--expose-gc', '--test-isolation=process', '-e', '1']
  try {
    withExecArgv({}, (options) => expect(options).toEqual({}))
  } finally {
    process.execArgv = before
  }
})

test('the environment loses what describes the program, and nothing else', () => {
  const env = { NODE_OPTIONS: '--no-warnings --input-type=module -C dev', X: '1' }
  withExecArgv({ env, execArgv: [] }, (options) =>
    expect(options).toEqual({
      execArgv: [],
      env: { ...env, NODE_OPTIONS: '--no-warnings -C dev' },
    }),
  )
  const plain = { NODE_OPTIONS: '--no-warnings' }
  withExecArgv({ env: plain }, (options) => expect(options).toEqual({ env: plain }))
})
