/** The tests of a user who knows nothing of threads: only the modules under test import the library. */
import { expect, vi as runner, test } from 'vitest'
import * as again from '../src/again.js'
import { area, areaThroughLoop } from '../src/by-url.js'
import * as calls from '../src/calls.js'

test('sync code runs in a thread, thread-sensitive or on the pool', async () => {
  expect(await calls.sensitive('sensitive')).toBe('sensitive in a thread')
  expect(await calls.pooled('pooled')).toBe('pooled in a thread')
})

test('blocking calls nest three deep', async () => {
  expect(await calls.descend(3)).toBe(
    'level 3 in main, level 2 in main, level 1 in main, bottom in a thread',
  )
})

test('functions made by a helper of another file and in a loop are found', async () => {
  expect(await calls.helped()).toBe('helped in a thread')
  expect(await calls.first?.()).toBe('first in a thread')
  expect(await calls.second?.()).toBe('second in a thread')
  expect(await Promise.all(calls.looped.map((fn) => fn()))).toEqual([
    'loop 0 in a thread',
    'loop 1 in a thread',
    'loop 2 in a thread',
  ])
})

test('static methods, default exports and re-exports are found', async () => {
  expect(await calls.Ledger.balance()).toBe('static field in a thread')
  expect(await calls.closeLedger()).toBe('static method in a thread')
  expect(await calls.default()).toBe('default in a thread')
  expect(await again.again()).toBe('default in a thread')
  expect(await again.renamed?.()).toBe('first in a thread')
  expect(await again.Ledger.balance()).toBe('static field in a thread')
})

test('modules are found by their URLs', async () => {
  expect(await area(6, 7)).toBe('42 in a thread')
  expect(await areaThroughLoop(6, 7)).toBe('42 in main')
})

test('an own error comes back as an instance of its class', async () => {
  const error = await calls.refuse('amount').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(calls.Refused)
  expect(error).toMatchObject({ name: 'Refused', message: 'amount is refused', field: 'amount' })
  await expect(calls.refuse('amount')).rejects.toThrow(calls.Refused)
})

test('a Local goes along and comes back', async () => {
  calls.request.id = 'mine'
  expect(await calls.renameRequest('theirs')).toBe('mine')
  expect(calls.request.id).toBe('theirs')
})

test('modules that are evaluated once more are found as before', async () => {
  runner.resetModules()
  const fresh = await import('../src/calls.js')
  expect(await fresh.looped[2]?.()).toBe('loop 2 in a thread')
  expect(await fresh.descend(2)).toBe('level 2 in main, level 1 in main, bottom in a thread')
  const error = await fresh.refuse('amount').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(fresh.Refused)
  expect(await calls.sensitive('the old one')).toBe('the old one in a thread')
})

test('a Local and a class with a codec, alone in their modules, go along after each further evaluation', async () => {
  for (const id of ['first', 'second', 'third']) {
    runner.resetModules()
    const { double, whoAsks } = await import('../src/desk.js')
    const { request } = await import('../src/request.js')
    const { Money } = await import('../src/money.js')
    request.id = id
    expect(await whoAsks()).toBe(id)
    const doubled = await double(new Money(21))
    expect(doubled).toBeInstanceOf(Money)
    expect(doubled.cents).toBe(42)
  }
})
