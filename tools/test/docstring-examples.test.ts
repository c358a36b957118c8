import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfExamples } from '../docstring-examples.ts'

const indexes = new Map([
  ['@syncbridge/core', { file: 'index.ts', text: "export { main, type Stats } from './a.js'" }],
])
const examine = (...lines: string[]) => {
  const text = `/**\n * It works.\n * @example\n${lines.map((line) => ` * ${line}`).join('\n')}\n */\nexport function f() {}\n`
  return faultsOfExamples([{ file: 'a.ts', text }], indexes)
}

describe('the example of a docstring', () => {
  test('may be a fragment, fenced or not', () => {
    assert.deepEqual(examine('await unknown(1)'), { count: 1, faults: [] })
    assert.deepEqual(
      examine('```ts', "import { main, type Stats } from '@syncbridge/core'", '```'),
      {
        count: 1,
        faults: [],
      },
    )
  })

  test('is at fault where it can’t be read', () => {
    assert.match(examine('const = 5').faults.join(), /^a\.ts, line 3: /)
  })

  test('is at fault where it imports what is not exported', () => {
    assert.deepEqual(examine("import { gone } from '@syncbridge/core'").faults, [
      'a.ts, line 3: @syncbridge/core exports no gone',
    ])
  })
})
