import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { installCopies } from './support/packed-copies.js'
import { runInProcess } from './support/run-in-process.js'

// A program, and a library in it that brought a copy of its own.
const app = `
import { asyncToSync, stats, syncToAsync } from '@syncbridge/core'
import { libraryWhere, libraryStep } from 'library'
import { threadId } from 'node:worker_threads'
export const where = syncToAsync(() => threadId)
// Down through the library's copy and up through ours again, on the same two threads.
export const descend = syncToAsync((levels) => [threadId, ...(levels === 0 ? [] : ascend(levels))])
const ascend = asyncToSync(async (levels) => {
  await libraryStep()
  return descend(levels - 1)
})
export const report = async () => ({
  shared: (await where()) === (await libraryWhere()),
  nested: new Set(await descend(2)).size,
  threads: stats().threads.length,
})`
const library = `
import { asyncToSync, syncToAsync, VersionMismatchError, stats, ThreadSensitiveContext } from '@syncbridge/core'
import { threadId } from 'node:worker_threads'
export const libraryWhere = syncToAsync(() => threadId)
const later = asyncToSync(async () => threadId)
export const libraryStep = syncToAsync(() => later())
export const libraryThreads = () => stats().threads.length
export { ThreadSensitiveContext, VersionMismatchError }`
const libraryCjs = `
const { asyncToSync, syncToAsync, VersionMismatchError, stats, ThreadSensitiveContext } = require('@syncbridge/core')
const { threadId } = require('node:worker_threads')
exports.libraryWhere = syncToAsync(() => threadId)
const later = asyncToSync(async () => threadId)
exports.libraryStep = syncToAsync(() => later())
exports.libraryThreads = () => stats().threads.length
exports.VersionMismatchError = VersionMismatchError
exports.ThreadSensitiveContext = ThreadSensitiveContext`
const libraryIs = (type) => ({
  'node_modules/library/package.json': JSON.stringify({
    name: 'library',
    version: '1.0.0',
    type,
    exports: './index.js',
  }),
  'node_modules/library/index.js': type === 'module' ? library : libraryCjs,
})

const program = `
import { ThreadSensitiveContext as Ours, stats } from '@syncbridge/core'
import { libraryThreads, libraryWhere, ThreadSensitiveContext as Theirs } from 'library'
import { report, where } from './app.mjs'
const told = await report()
const inContext = await new Ours().run((outer) => new Theirs().run(async (inner) => [outer === inner, (await where()) === (await libraryWhere())]))
console.log(JSON.stringify({ copies: Ours !== Theirs, ...told, inContext, sameThreads: libraryThreads() === stats().threads.length }))`

const refusal = `
import { syncToAsync, VersionMismatchError } from '@syncbridge/core'
syncToAsync(() => 1)
try {
  await import('library')
  console.log('not refused')
} catch (error) {
  console.log(error instanceof VersionMismatchError, error.code)
  console.log(error.message)
}`

const patches = { '.': { version: '1.4.1' }, 'node_modules/library': { version: '1.4.2' } }

describe('two installed copies of the package', () => {
  for (const type of ['module', 'commonjs']) {
    test(`of two patch versions share threads, nested calls and contexts, the second as ${type}`, async (t) => {
      const home = installCopies(t, patches, {
        ...libraryIs(type),
        'app.mjs': app,
        'main.mjs': program,
      })
      const { stdout, stderr, late } = await runInProcess(join(home, 'main.mjs'))
      assert.deepEqual({ stderr, late }, { stderr: '', late: false })
      assert.deepEqual(JSON.parse(stdout), {
        copies: true,
        shared: true,
        nested: 1,
        threads: 1,
        inContext: [true, true],
        sameThreads: true,
      })
    })

    for (const [what, theirs] of [
      ['majors', { version: '2.0.0' }],
      ['protocols', { version: '1.5.0', protocol: 99 }],
    ]) {
      test(`of two ${what} refuse each other, naming versions, places and the remedy, the second as ${type}`, async (t) => {
        const home = installCopies(
          t,
          { '.': { version: '1.4.1' }, 'node_modules/library': theirs },
          { ...libraryIs(type), 'main.mjs': refusal },
        )
        const { stdout, stderr, late } = await runInProcess(join(home, 'main.mjs'))
        assert.deepEqual({ stderr, late }, { stderr: '', late: false })
        const [verdict, message = ''] = stdout.split('\n')
        assert.equal(verdict, 'true SYNCBRIDGE_VERSION_MISMATCH')
        assert.match(message, /1\.4\.1 \(protocol \d+, in file:.*node_modules\/@syncbridge/)
        assert.match(message, /node_modules\/library\/node_modules/)
        assert.ok(message.includes(theirs.version), message)
        assert.match(message, /npm ls @syncbridge\/core/)
      })
    }
  }
})
