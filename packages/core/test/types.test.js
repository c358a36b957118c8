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
