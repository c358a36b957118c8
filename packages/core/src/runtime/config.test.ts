import { describe, expect, test } from 'vitest'
import { type ConfigureOptions, configureOptions, mergeConfig, poolSizes } from './config.js'

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

  test('refuses settings of threads that no thread could start with', () => {
    expect(wrong({ setup: './x.js' })).toThrow(
      'configure: setup must be a list of URLs and paths, got string ./x.js',
    )
    expect(wrong({ setup: [1] })).toThrow(TypeError)
    expect(wrong({ execArgv: '--x' })).toThrow(/execArgv must be a list of texts, got string --x/)
    expect(wrong({ env: 5 })).toThrow(/env must be an object, got number 5/)
    expect(wrong({ resourceLimits: null })).toThrow(/resourceLimits must be an object, got null/)
    const right = { setup: ['a.js', new URL('file:///b.js')], execArgv: [], env: {} }
    expect(mergeConfig({}, right)).toMatchObject(right)
  })

  test('takes an option that is undefined for one that is left out', () => {
    const current: ConfigureOptions = {
      pool: { minThreads: 1, maxThreads: 4, maxQueue: 10, idleTimeout: 5 },
      leased: { maxThreads: 2, maxQueue: 3, leaseTimeout: 4, exitTimeout: 5 },
      grace: { timeout: 1, abort: 2 },
      startTimeout: 6,
      setup: ['a.js'],
      env: { A: '1' },
      execArgv: ['--no-warnings'],
      resourceLimits: { stackSizeMb: 8 },
      spin: false,
    }
    expect(Object.keys(current).sort()).toEqual([...configureOptions].sort())
    const undefinedLike = (options: object) =>
      Object.fromEntries(Object.keys(options).map((name) => [name, undefined]))
    const { pool, leased, grace } = current
    expect(mergeConfig(current, undefinedLike(current))).toEqual(current)
    for (const [name, group] of Object.entries({ pool, leased, grace }))
      expect(mergeConfig(current, { [name]: undefinedLike(group as object) })).toEqual(current)
  })

  test('changes neither of the two', () => {
    const [current, change] = [{ pool: { maxThreads: 4 } }, { pool: { maxThreads: 5 } }]
    mergeConfig(current, change)
    expect([current, change]).toEqual([{ pool: { maxThreads: 4 } }, { pool: { maxThreads: 5 } }])
  })

  test('takes settings as they are when they are checked', () => {
    let reads = 0
    const execArgv: string[] = []
    const setup = ['a.js', new URL('file:///b.js')]
    const resourceLimits = { maxOldGenerationSizeMb: 64 }
    const config = mergeConfig(
      {},
      {
        setup,
        execArgv,
        resourceLimits,
        get startTimeout() {
          reads += 1
          return reads === 1 ? 100 : Number.NaN
        },
      },
    )
    setup.push('c.js')
    execArgv.push('--x')
    resourceLimits.maxOldGenerationSizeMb = -1
    expect(config).toMatchObject({
      setup: ['a.js', new URL('file:///b.js')],
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      startTimeout: 100,
    })
  })

  test('uses what it has checked, where a getter or a list gives something else the second time', () => {
    const twice = (first: unknown) => {
      let reads = 0
      return () => {
        reads += 1
        return reads === 1 ? first : 'another'
      }
    }
    const group = (name: string, first: number) =>
      Object.defineProperty({}, name, { enumerable: true, get: twice(first) })
    const script = twice('a.js')
    const setup = new Proxy(['a.js'], {
      get: (list, key) => (key === '0' ? script() : Reflect.get(list, key)),
    })
    const config = mergeConfig(
      {},
      {
        pool: group('maxThreads', 2),
        leased: group('leaseTimeout', 3),
        grace: group('abort', 4),
        setup,
      },
    )
    expect(config).toEqual({
      pool: { maxThreads: 2 },
      leased: { leaseTimeout: 3 },
      grace: { abort: 4 },
      setup: ['a.js'],
    })
  })

  test('takes options of a group and limits that are inherited, and checks them', () => {
    class Sizes {
      get maxThreads() {
        return 3
      }
    }
    class Limits {
      get stackSizeMb() {
        return 8
      }
    }
    expect(mergeConfig({}, { resourceLimits: new Limits() }).resourceLimits).toEqual({
      stackSizeMb: 8,
    })
    class Wrong {
      get maxThreads() {
        return 0
      }
    }
    expect(mergeConfig({}, { pool: new Sizes() }).pool).toEqual({ maxThreads: 3 })
    expect(wrong({ pool: new Wrong() })).toThrow(/pool\.maxThreads/)
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

  test('refuses a part of a thread, or of a place in line; times may have fractions', () => {
    for (const options of [{ pool: { minThreads: 0.5 } }, { leased: { maxThreads: 1.5 } }])
      expect(wrong(options)).toThrow(/Threads must be a whole number, at least [01], got number/)
    expect(wrong({ leased: { maxQueue: 1.5 } })).toThrow(/leased\.maxQueue must be a whole number/)
    expect(mergeConfig({}, { pool: { idleTimeout: 1.5, maxThreads: Infinity } }).pool).toEqual({
      idleTimeout: 1.5,
      maxThreads: Infinity,
    })
  })

  test('refuses a pool that keeps more threads than it may have, in one change or in two', () => {
    const message = /minThreads must not be more than maxThreads, which is 2, got 5$/
    expect(wrong({ pool: { minThreads: 5, maxThreads: 2 } })).toThrow(message)
    expect(() => mergeConfig({ pool: { minThreads: 5 } }, { pool: { maxThreads: 2 } })).toThrow(
      message,
    )
    expect(() => poolSizes('ThreadPoolExecutor', { minThreads: 5, maxThreads: 2 }, [])).toThrow(
      message,
    )
    expect(mergeConfig({}, { pool: { minThreads: 2, maxThreads: 2 } }).pool?.minThreads).toBe(2)
  })

  test('says whose option it was', () => {
    expect(() => poolSizes('ThreadPoolExecutor', { maxThreads: 0 }, [])).toThrow(
      /^ThreadPoolExecutor: maxThreads/,
    )
  })
})
