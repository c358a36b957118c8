import { describe, expect, test } from 'vitest'
import { adviceFor } from './load-advice.js'

const here = { kind: 'place', module: import.meta.url } as const
const failed = (code: string) => Object.assign(new Error('failed'), { code })

describe('advice for a module that could not be loaded', () => {
  test('is to load a module with a top-level await before', () => {
    expect(adviceFor(here, failed('ERR_REQUIRE_ASYNC_MODULE'))).toMatch(/configure\(\{ setup \}\)/)
  })

  test('is to make a module that a bundler left out an entry', () => {
    const missing = {
      kind: 'export',
      module: new URL('./missing.js', import.meta.url).href,
    } as const
    expect(adviceFor(missing, failed('ERR_MODULE_NOT_FOUND'))).toMatch(/no such file.*entry/)
  })

  for (const [runner, name] of [
    ['jest', 'Jest'],
    ['vitest', 'Vitest'],
  ] as const) {
    test(`under ${name} says what a thread does not see, and what to add`, () => {
      for (const cause of [
        failed('ERR_MODULE_NOT_FOUND'),
        failed('MODULE_NOT_FOUND'),
        new SyntaxError('Unexpected token'),
      ]) {
        const advice = adviceFor(here, cause, runner)
        expect(advice).toContain(`mocks of ${name}`)
        expect(advice).toContain("configure({ execArgv: ['--import', 'tsx'] })")
      }
    })
  }

  test('elsewhere, of TypeScript that Node can’t run, names the loader to add', () => {
    for (const code of ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'])
      expect(adviceFor(here, failed(code), null as never)).toMatch(/--import tsx/)
  })

  test('is none for a module that runs and fails', () => {
    expect(adviceFor(here, new TypeError('x is not a function'), 'jest')).toBe('')
    expect(adviceFor(here, 'not even an error', 'vitest')).toBe('')
  })
})
