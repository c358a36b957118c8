/** A bundle is the library's code and the program's in one file: so it is made here, of the file that is published. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { runFiles } from './support/run-in-process.js'

const library = readFileSync(new URL('../dist/index.cjs', import.meta.url), 'utf8').replace(
  /^\/\/# sourceMappingURL=.*$/m,
  '',
)
// In a block, since both have names at their top level.
const bundleOf = (program) => `${library}
{
const { asyncToSync, configure, main, syncToAsync } = module.exports
${program}
}`

const calls = `
const { isMainThread } = require('node:worker_threads')
const down = syncToAsync((levels) => levels === 0 ? 'bottom ' + isMainThread : up(levels - 1))
const up = asyncToSync(async (levels) => down(levels))
console.log('evaluated', isMainThread)`

describe('a program in one file with the library', () => {
  test('runs once, and its threads start from the same file', async (t) => {
    const { stdout, stderr, late } = await runFiles(
      t,
      {
        'program.cjs': bundleOf(`${calls}
main(async () => {
  console.log(up(1))
  console.log(await down(2))
})`),
      },
      { folderName: 'a #1 100% é' },
    )
    const lines = stdout.trim().split('\n')
    assert.deepEqual({ stderr, late }, { stderr: '', late: false })
    assert.equal(lines.filter((line) => line === 'evaluated true').length, 1)
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('evaluated')),
      // Thread-sensitive code of the main thread's own chain runs there.
      ['bottom true', 'bottom false'],
    )
  })

  test('is refused without main(), also where the functions stand in other files, and runs once', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'program.cjs': bundleOf(`
const { pathToFileURL } = require('node:url')
console.log('the program runs')
const { six } = syncToAsync(new URL('./plain.mjs', pathToFileURL(__filename)))
six().catch((error) => console.log(error.code, error.message))`),
      'plain.mjs': 'export const six = () => 6',
    })
    const [first, second, ...rest] = stdout.trim().split('\n')
    assert.equal(first, 'the program runs')
    assert.match(second, /^SYNCBRIDGE_ENTRY_MODULE .*bundled.*main\(\(\) => .*external/)
    assert.deepEqual({ rest, late }, { rest: [], late: false })
  })

  test('prepares its threads with setup modules before their first calls', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'program.cjs': bundleOf(`
const { pathToFileURL } = require('node:url')
const prepared = syncToAsync(() => globalThis.prepared)
main(async () => {
  configure({ setup: [new URL('./setup.mjs', pathToFileURL(__filename)).href] })
  console.log(await prepared())
})`),
      // Longer than a call takes that does not wait for it.
      'setup.mjs': `await new Promise((resolve) => setTimeout(resolve, 20))\nglobalThis.prepared = 'prepared'`,
    })
    assert.deepEqual({ stdout, late }, { stdout: 'prepared\n', late: false })
  })

  test('dies with what its setup threw', async (t) => {
    const { stdout, late } = await runFiles(t, {
      'program.cjs': bundleOf(`
const { pathToFileURL } = require('node:url')
const never = syncToAsync(() => 1)
main(async () => {
  configure({ setup: [new URL('./setup.mjs', pathToFileURL(__filename)).href] })
  await never().catch((error) => console.log(error.code, error.cause?.message))
})`),
      'setup.mjs': `throw new Error('no database')`,
    })
    assert.deepEqual(
      { stdout, late },
      { stdout: 'SYNCBRIDGE_THREAD_EXITED no database\n', late: false },
    )
  })
})
