import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { foldStack, joinStacks } from './stack.js'

const own = new URL('./bell.js', import.meta.url)
const stack = [
  'RangeError: too far',
  'and a second line of the message',
  '    at user (file:///app/user.js:1:2)',
  `    at wait (${own.href}:10:3)`,
  `    at Object.<anonymous> (${fileURLToPath(own)}:11:3)`,
  '    at AsyncLocalStorage.run (node:internal/async_local_storage/async_hooks:91:14)',
  '    at async later (/app/later.cjs:3:4)',
  '    at readFileSync (node:fs:441:20)',
].join('\n')

afterEach(() => vi.unstubAllEnvs())

describe('a folded stack', () => {
  test('has the message whole and the user’s lines, and none of the library or of Node’s inside', () => {
    expect(foldStack(stack)).toBe(
      [
        'RangeError: too far',
        'and a second line of the message',
        '    at user (file:///app/user.js:1:2)',
        '    at async later (/app/later.cjs:3:4)',
        '    at readFileSync (node:fs:441:20)',
      ].join('\n'),
    )
  })

  test('keeps a message that mentions the library', () => {
    const message = `Error: could not load ${own.href}`
    expect(foldStack(message)).toBe(message)
  })

  test('is whole under SYNCBRIDGE_STACK=full', () => {
    vi.stubEnv('SYNCBRIDGE_STACK', 'full')
    expect(foldStack(stack)).toBe(stack)
  })

  test('may be empty', () => {
    expect(foldStack('')).toBe('')
  })
})

describe('two stacks joined', () => {
  test('lead from the line that threw to the line that called', () => {
    const local = 'Error\n    at caller (/app/main.js:5:6)\n    at inner (node:internal/timers:1:1)'
    const joined = joinStacks(stack, 'f ran in another thread', local).split('\n')
    expect(joined[0]).toBe('RangeError: too far')
    const border = joined.findIndex((line) => line.includes('---'))
    expect(joined[border]).toContain('f ran in another thread, called from')
    expect(joined.slice(border + 1)).toEqual(['    at caller (/app/main.js:5:6)'])
  })

  test('do without the caller’s where that is not to be had', () => {
    expect(joinStacks('Error: m', 'f ran in another thread', '').split('\n')).toHaveLength(2)
  })
})
