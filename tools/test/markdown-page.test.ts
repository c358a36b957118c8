import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readPage } from '../markdown-page.ts'

describe('a page of markdown', () => {
  test('has the anchors that GitHub makes of its headings', () => {
    const { anchors } = readPage('# A `code()` head!\n\n## Twice\n\n## Twice\n\nUnder\n---\n')
    assert.deepEqual([...anchors], ['a-code-head', 'twice', 'twice-1', 'under'])
  })

  test('has links and pictures by line, and none of its code', () => {
    const { links } = readPage(
      '[a](x.md#y)\n\n`[b](z.md)` ![c](d.png)\n\n| h |\n|---|\n| [t](t.md) |\n\n\n```md\n[e](f.md)\n```\n',
    )
    assert.deepEqual(links, [
      { line: 1, target: 'x.md#y' },
      { line: 3, target: 'd.png' },
      { line: 7, target: 't.md' },
    ])
  })

  test('has blocks with the heading above and what the comment above them says', () => {
    const { blocks } = readPage(
      '## Head\n\n<!-- not run: a reason -->\n```sh\nls\n```\n\n```js\n1\n```\n',
    )
    assert.deepEqual(blocks, [
      { code: 'ls\n', language: 'sh', line: 4, remark: 'not run: a reason', section: 'Head' },
      { code: '1\n', language: 'js', line: 8, remark: undefined, section: 'Head' },
    ])
  })

  test('passes on what a comment says of all programs, and of nothing else', () => {
    const { blocks } = readPage('<!-- all run by: a › b -->\n\n```js\n1\n```\n\n```sh\nls\n```\n')
    assert.deepEqual(
      blocks.map(({ remark }) => remark),
      ['run by: a › b', undefined],
    )
  })
})
