import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examplesIn, faultsOfExamples, printedBy } from '../docstring-examples.ts'

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

describe('an example', () => {
  const namesIn = (text: string) => examplesIn({ file: 'a.ts', text }).map(({ name }) => name)

  test('bears the name of what its docstring documents', () => {
    const docstring = '/**\n * It works.\n * @example\n * 1\n */\n'
    const documented = [
      'export function f(): void\nexport function f() {}\n',
      'export const c = 1\n',
      'export interface I {}\n',
      '@Injectable()\nexport class C {\n  /**\n   * @example\n   * 2\n   */\n  static m() {}\n}\n',
    ]
    assert.deepEqual(namesIn(documented.map((text) => docstring + text).join('\n')), [
      'f',
      'c',
      'I',
      'C',
      'C.m',
    ])
  })

  test('is at fault where it documents nothing', () => {
    const text = '/**\n * @example\n * 1\n */\n'
    assert.deepEqual(faultsOfExamples([{ file: 'a.ts', text }], indexes).faults, [
      'a.ts, line 2: it documents nothing',
    ])
  })

  test('is what its fence says, and JavaScript without one', () => {
    const text = `/**
 * @example
 * \`\`\`ts
 * f<string>()
 * \`\`\`
 * @example
 * // a.js
 * f()
 */
function f() {}
`
    const found = examplesIn({ file: 'a.ts', text }).map(({ language, code }) => [language, code])
    assert.deepEqual(found, [
      ['ts', 'f<string>()\n'],
      ['js', '// a.js\nf()\n'],
    ])
  })

  test('says what it prints behind its calls of console.log', () => {
    const code =
      "console.log(f('//')) // 1, 2\nf() // nothing\n  g(() => console.log(h())) // [ 3 ]\n"
    assert.equal(printedBy(code), '1, 2\n[ 3 ]')
    assert.equal(printedBy('console.log(f())'), '')
  })
})
