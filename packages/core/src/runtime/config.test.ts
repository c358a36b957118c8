import { describe, expect, test } from 'vitest'
import { assertPoolOptions, type ConfigureOptions, mergeConfig } from './config.js'

const wrong = (options: unknown) => () => mergeConfig({}, options as ConfigureOptions)

describe('the merge of configurations', () => {
  test('keeps what the change leaves out, group by group', () => {
    const merged = mergeConfig(
      { pool: { maxThreads: 4, maxQueue: 10 }, setup: ['a.js'], leased: { maxThreads: 2 } },
      { pool: { maxQueue: 20 }, env: { A: '1' } },
    )
    expect(merged).toEqual({
      pool: { maxThreads: 4, maxQueue: 20 },
      leased: { maxThreads: 2 },
      setup: ['a.js'],
      env: { A: '1' },
    })
  })

  test('changes neither of the two', () => {
    const [current, change] = [{ pool: { maxThreads: 4 } }, { pool: { maxThreads: 5 } }]
    mergeConfig(current, change)
    expect([current, change]).toEqual([{ pool: { maxThreads: 4 } }, { pool: { maxThreads: 5 } }])
  })

  test('takes every option that is documented', () => {
    const all = {
      pool: { minThreads: 0, maxThreads: 1, maxQueue: 0, idleTimeout: 1 },
      leased: { maxThreads: 1, maxQueue: 0, leaseTimeout: 1, exitTimeout: 1 },
      setup: [new URL('file:///a.js')],
      env: {},
      execArgv: [],
      resourceLimits: {},
      spin: false,
    }
    expect(mergeConfig({}, all)).toEqual(all)
    expect(mergeConfig({}, { pool: { maxQueue: Number.POSITIVE_INFINITY } }).pool?.maxQueue).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test('refuses an option that is unknown, by name', () => {
    expect(wrong({ threads: 1 })).toThrow(/threads/)
    expect(wrong({ pool: { maxthreads: 1 } })).toThrow(/pool\.maxthreads/)
    expect(wrong({ leased: { idleTimeout: 1 } })).toThrow(/leased\.idleTimeout/)
    expect(wrong({ threads: 1 })).toThrow(TypeError)
  })

  test('refuses anything but true and false where it asks for one of them', () => {
    for (const value of [0, 'false', null]) expect(wrong({ spin: value })).toThrow(/spin/)
  })

  test('refuses a number that is out of range or none', () => {
    for (const value of [0, -1, Number.NaN, '2', null, 10n]) {
      expect(wrong({ pool: { maxThreads: value } })).toThrow(/pool\.maxThreads/)
      expect(wrong({ leased: { leaseTimeout: value } })).toThrow(/leased\.leaseTimeout/)
    }
    for (const value of [-1, Number.NaN, '2'])
      expect(wrong({ pool: { maxQueue: value } })).toThrow(/pool\.maxQueue/)
  })

  test('says whose option it was', () => {
    expect(() => assertPoolOptions('ThreadPoolExecutor', { maxThreads: 0 })).toThrow(
      /^ThreadPoolExecutor: maxThreads/,
    )
  })
})
