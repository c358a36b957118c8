import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfBlocks, programsOf } from '../docs-blocks.ts'
import { readPage } from '../markdown-page.ts'

const block = (language: string, code: string, remark = '') =>
  `${remark && `<!-- ${remark} -->\n`}\`\`\`${language}\n${code}\n\`\`\`\n`
const pageOf = (...parts: string[]) => readPage(parts.join('\n'))
const faultsOf = (...parts: string[]) => faultsOfBlocks(pageOf(...parts))

describe('the programs of a page', () => {
  test('are the files of the blocks below one heading, up to what they print', () => {
    const programs = programsOf(
      pageOf(
        '## One',
        block('js', '// a.js – a module\nexport {}'),
        block('js', '// main.js\nimport "./a.js"'),
        block('text', 'printed'),
        block('js', 'more()'),
        '## Two',
        block('ts', '// b.ts\n1\n// c.ts\n2'),
      ),
    )
    assert.deepEqual(
      programs.map(({ files, main, output }) => [Object.keys(files), main, output]),
      [
        [['a.js', 'main.js'], 'main.js', 'printed\n'],
        [['main.js'], 'main.js', undefined],
        [['b.ts', 'c.ts'], 'c.ts', undefined],
      ],
    )
    assert.equal(programs[0]?.files['main.js'], '// main.js\nimport "./a.js"\n')
  })

  test('are none of those that a test of their own runs, or that are not run', () => {
    const page = pageOf(
      block('js', '1', 'run by: a.test.js › b'),
      block('js', '2', 'not run: it never ends at all'),
    )
    assert.deepEqual(programsOf(page), [])
  })
})

describe('a block of code', () => {
  test('that is run shows what it prints, asserts, or has a program beside it', () => {
    assert.deepEqual(faultsOf(block('js', 'print()'), block('text', '1')), [])
    assert.deepEqual(faultsOf(block('js', 'assert.ok(1)')), [])
    assert.deepEqual(faultsOf(block('js', 'go()', 'run with: folder')), [])
    assert.deepEqual(faultsOf(block('js', 'go()')), [
      'line 1: it shows no output, and asserts nothing',
    ])
  })

  test('that is not run says why, in more than a word', () => {
    assert.deepEqual(faultsOf(block('sh', 'ls')), [
      "line 1: a block of 'sh' must say why it is not run",
    ])
    assert.deepEqual(faultsOf(block('sh', 'ls', 'not run: shell')), [
      "line 2: 'shell' is no reason why it is not run",
    ])
    assert.deepEqual(faultsOf(block('sh', 'ls', 'not run: a shell lists files')), [])
  })

  test('that shows what is printed follows the program that prints it', () => {
    assert.deepEqual(faultsOf(block('text', 'x')), [
      'line 1: no program below the same heading prints it',
    ])
  })
})
