/** What the compiler knows of bridged functions: checked on the built declarations, as a user's project sees them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTypes } from './support/check-types.js'
import { folderOf } from './support/run-in-process.js'

const report = `
export function* pages(title: string): Generator<string, number, boolean | undefined> { yield title; return 1 }
export const size = (text: string): number => text.length
export const title = 'no function'
export function untyped(): any {}
`
const feed = `
export async function* items(): AsyncGenerator<number, string, unknown> { yield 1; return 'all' }
export async function load(id: number): Promise<{ id: number }> { return { id } }
`

test('options may be undefined, also for a compiler that tells that from absent', async (t) => {
  const folder = folderOf(t, {
    'package.json': '{ "type": "module" }',
    'options.ts': `
import { type CallOptions, type ConfigureOptions, configure, Local, main, shutdown, syncToAsync, asyncToSync, ThreadPoolExecutor, ThreadSensitiveContext } from '@syncbridge/core'

declare const ms: number | undefined
export const sync = syncToAsync(() => 1, { timeout: ms, threadSensitive: undefined, executor: undefined, context: undefined, onAbort: undefined, module: undefined, name: undefined })
export const async = asyncToSync(async () => 1, { timeout: ms, forceNewLoop: undefined, module: undefined, name: undefined })
const perCall: CallOptions = { timeout: ms, signal: undefined, transfer: undefined, context: undefined, onAbort: undefined }
sync.with(perCall)
const all: ConfigureOptions = { pool: { maxThreads: ms, minThreads: ms, maxQueue: ms, idleTimeout: ms }, leased: undefined, grace: { abort: ms }, startTimeout: ms, setup: undefined, env: undefined, execArgv: undefined, resourceLimits: undefined, spin: undefined }
configure(all)
export const made = [new ThreadPoolExecutor({ maxThreads: ms, resourceLimits: undefined }), new ThreadSensitiveContext({ timeout: ms, signal: undefined }), new Local({ threadCritical: undefined })]
main(() => shutdown({ timeout: ms }), { module: undefined })
`,
  })
  const { stdout, code } = await checkTypes(folder, ['--exactOptionalPropertyTypes', 'options.ts'])
  assert.deepEqual({ stdout, code }, { stdout: '', code: 0 })
})

test('generators become generators of the other kind, in every form', async (t) => {
  const folder = folderOf(t, {
    'package.json': '{ "type": "module" }',
    'report.ts': report,
    'feed.ts': feed,
    'types.ts': `
import { asyncToSync, keep, registerCodec, syncToAsync } from '@syncbridge/core'
import { pages, size, untyped } from './report.js'
import { items } from './feed.js'

const bridged = syncToAsync(pages)
export const made: AsyncGenerator<string, number, boolean | undefined> = bridged('a')
export const patient: AsyncGenerator<string, number, boolean | undefined> = bridged.with({ timeout: 5 })('a')
export const decorated: AsyncGenerator<string, number, boolean | undefined> = syncToAsync({ threadSensitive: false })(pages)('a')
const module = syncToAsync<typeof import('./report.js')>(new URL('./report.js', import.meta.url))
export const byUrl: AsyncGenerator<string, number, boolean | undefined> = module.pages('a')
export const plain: Promise<number> = module.size('a')
export const loose: Promise<any> = module.untyped()
export const loosely: Promise<any> = syncToAsync(untyped)()
export const never: Promise<never> = syncToAsync((): never => { throw new Error() })()
// @ts-expect-error
module.title
// @ts-expect-error
bridged(1)

export const waited: Generator<number, string, unknown> = asyncToSync(items)()
const loop = asyncToSync<typeof import('./feed.js')>(new URL('./feed.js', import.meta.url))
export const waitedByUrl: Generator<number, string, unknown> = loop.items()
export const loaded: number = loop.load(1).id

/** Generic code knows a promise, as before. */
export const wrap = <A extends unknown[], R>(fn: (...args: A) => R): ((...args: A) => Promise<Awaited<R>>) => syncToAsync(fn)

/** A function that was given. */
export const each = syncToAsync((list: number[], fn: (item: number) => Promise<string> | string): string[] => {
  const tell = asyncToSync(keep(fn))
  return list.map((item) => tell(item))
})
class Money { constructor(readonly cents: number) {} }
registerCodec(Money, { encode: (money) => money.cents, decode: (cents) => new Money(cents) })
// @ts-expect-error
registerCodec(Money, { encode: (money: Money) => money.cents, decode: (cents: string) => new Money(Number(cents)) })
export const sizes: Promise<number> = syncToAsync(size)('a')
`,
  })
  const { stdout, code } = await checkTypes(folder, ['types.ts'])
  assert.deepEqual({ stdout, code }, { stdout: '', code: 0 })
})

test('generators that are written in place can be iterated over, in every form', async (t) => {
  const folder = folderOf(t, {
    'package.json': '{ "type": "module" }',
    'types.ts': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'

const counted = syncToAsync(function* (n: number) { yield n })
const parallel = syncToAsync(function* (n: number) { yield n }, { threadSensitive: false })
const asked = syncToAsync({ timeout: 5 })(function* (n: number) { const more: boolean = yield n; return more })
export async function read(): Promise<number> {
  let sum = 0
  for await (const n of counted(1)) sum += n
  for await (const n of counted.with({ timeout: 5 })(1)) sum += n
  for await (const n of parallel(1)) sum += n
  await asked(1).next(true)
  // @ts-expect-error
  await asked(1).next('yes')
  // @ts-expect-error
  for await (const n of counted('1')) sum += n
  return sum
}

const waited = asyncToSync(async function* (n: number) { yield n })
const limited = asyncToSync({ timeout: 5 })(async function* (n: number) { yield n })
export function readNow(): number {
  let sum = 0
  for (const n of waited(1)) sum += n
  for (const n of waited.with({ timeout: 5 })(1)) sum += n
  for (const n of limited(1)) sum += n
  // @ts-expect-error
  for (const n of waited('1')) sum += n
  return sum
}
`,
  })
  const { stdout, code } = await checkTypes(folder, ['types.ts'])
  assert.deepEqual({ stdout, code }, { stdout: '', code: 0 })
})

test('what syncToAsync makes of an async function, which it refuses, can not be called', async (t) => {
  const folder = folderOf(t, {
    'package.json': '{ "type": "module" }',
    'types.ts': `
import { syncToAsync } from '@syncbridge/core'

syncToAsync(async () => 1)()
syncToAsync({ threadSensitive: false })(async () => 1)()
export const either: Promise<number> = syncToAsync((n: number): number | Promise<number> => n)(1)
export const loose: Promise<unknown> = syncToAsync((): unknown => 1)()
`,
  })
  const { stdout, code } = await checkTypes(folder, ['types.ts'])
  assert.equal(code, 2)
  const lines = stdout.match(/types\.ts\((\d+),.*/g)?.map((line) => Number(line.match(/\d+/)?.[0]))
  assert.deepEqual(lines, [4, 5])
  assert.equal(stdout.match(/await an async one directly/g)?.length, 2)
})

for (const decorators of [[], ['--experimentalDecorators']])
  test(`static methods that declare both results can be decorated, with ${decorators[0] ?? 'decorators of the language'}`, async (t) => {
    const folder = folderOf(t, {
      'package.json': '{ "type": "module" }',
      'types.ts': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'

export class Texts {
  @syncToAsync static size(text: string): number | Promise<number> { return text.length }
  @syncToAsync({ threadSensitive: false }) static half(text: string): number | Promise<number> { return text.length / 2 }
  @asyncToSync static load(id: number): number | Promise<number> { return Promise.resolve(id) }
  @asyncToSync({ timeout: 5 }) static loadSoon(id: number): number | Promise<number> { return Promise.resolve(id) }
}
`,
    })
    const { stdout, code } = await checkTypes(folder, [...decorators, 'types.ts'])
    assert.deepEqual({ stdout, code }, { stdout: '', code: 0 })
  })
