import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfChannels, faultsOfCodes, faultsOfExports } from '../documented-names.ts'

const source = (text: string) => [{ file: 'a.ts', text }]

describe('the page of errors', () => {
  test('has each code of the code', () => {
    const sources = source("class A { code = 'SYNCBRIDGE_A' } // not 'SYNCBRIDGE_COMMENT'")
    assert.deepEqual(faultsOfCodes(sources, '| `SYNCBRIDGE_A` |'), [])
    assert.deepEqual(faultsOfCodes(sources, 'nothing'), [
      'docs/errors.md: SYNCBRIDGE_A is in the code, and not on the page',
    ])
  })

  test('has no code that is in the code no more', () => {
    assert.deepEqual(faultsOfCodes(source("'SYNCBRIDGE_A'"), '`SYNCBRIDGE_A` `SYNCBRIDGE_B`'), [
      'docs/errors.md: SYNCBRIDGE_B is on the page, and not in the code',
    ])
  })
})

describe('the page of diagnostics', () => {
  const sources = source(`
    const call = tracingChannel('syncbridge:call'), thread = channel('syncbridge:thread'), other = 'syncbridge:key'
    interface CallEvent { id: string; mode?: string }
    interface ThreadEvent { role: string }
  `)
  const page = (calls: string, threads: string) =>
    `\`syncbridge:call\` \`syncbridge:thread\`\n## Calls\n| property | what |\n|---|---|\n${calls}\n## Threads\n| property | what |\n|---|---|\n${threads}\n`

  test('has each channel, and each property of what is told there', () => {
    assert.deepEqual(faultsOfChannels(sources, page('| `id`, `mode` | x |', '| `role` | y |')), [])
  })

  test('is told what is missing on either side', () => {
    const faults = faultsOfChannels(
      sources,
      page('| `id` | x |', '| `role` | y |\n| `gone` | z |').replace('`syncbridge:thread`', ''),
    )
    assert.deepEqual(faults, [
      'docs/diagnostics.md: syncbridge:thread is in the code, and not on the page',
      'docs/diagnostics.md, Calls: mode is in the code, and not on the page',
      'docs/diagnostics.md, Threads: gone is on the page, and not in the code',
    ])
  })
})

describe('a package’s README', () => {
  test('names the functions and classes that it exports, and may leave out types', () => {
    const index = {
      file: 'index.ts',
      text: "export { a, type B } from './a.js'\nexport type { C } from './c.js'",
    }
    assert.deepEqual(faultsOfExports(index, 'what `a` does'), [])
    assert.deepEqual(faultsOfExports(index, 'about'), ['index.ts: a is exported, and on no page'])
  })
})
