import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { callWith } from '../call/call.fixture.js'
import type { Call } from '../call/call.js'
import { QueueFullError } from '../errors.js'
import type { Thread } from '../thread/thread.js'
import { LeaseExecutor, type LeaseOptions } from './lease-executor.js'

/** As much of a thread as an executor asks of it. */
class ScriptedThread {
  onCallFinished: (() => void) | undefined
  readonly ran: Call[] = []
  readonly #open = new Set<Call>()
  ended = false

  get load(): number {
    return this.#open.size
  }

  get isAbandoned(): boolean {
    return [...this.#open].every((call) => call.settlement !== undefined)
  }

  mustWait(): boolean {
    return false
  }

  run(call: Call): void {
    this.ran.push(call)
    this.#open.add(call)
    call.holder = this
  }

  callFinished(call: Call): void {
    this.#open.delete(call)
    this.onCallFinished?.()
  }

  terminate(): Promise<void> {
    this.ended = true
    return Promise.resolve()
  }

  leave(): Promise<void> {
    return this.terminate()
  }
}

const newCall = () => callWith()
const failureOf = (call: Call) =>
  call.settlement && 'failure' in call.settlement ? call.settlement.failure : undefined

function leasing(options: LeaseOptions) {
  const threads: ScriptedThread[] = []
  const cleaned: string[] = []
  let isClean = true
  const executor = new LeaseExecutor(
    () => {
      const thread = new ScriptedThread()
      threads.push(thread)
      return thread as unknown as Thread
    },
    (_thread, context, done) => {
      cleaned.push(context)
      // A thread answers later, never within the asking.
      queueMicrotask(() => done(isClean))
    },
    () => options,
  )
  const submit = (context: string, call = newCall()) => {
    expect(executor.submit(call, context)).toBe(true)
    return call
  }
  const open = (...contexts: string[]) => {
    for (const context of contexts) executor.open(context)
  }
  const end = (context: string) => new Promise<void>((resolve) => executor.end(context, resolve))
  const gone = (index: number, orphans: Call[] = []) =>
    executor.threadGone(threads[index] as unknown as Thread, orphans)
  const failCleaning = () => {
    isClean = false
  }
  return { executor, threads, cleaned, submit, open, end, gone, failCleaning }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('leases', () => {
  test('begin with the first call, and keep their thread from everyone else until the end', async () => {
    const { threads, submit, open, end } = leasing({ maxThreads: 1 })
    open('a', 'b')
    expect(threads).toHaveLength(0)
    submit('a').finish()
    const [waiting, own] = [submit('b'), submit('a')]
    expect(threads[0]?.ran).toHaveLength(2)
    expect(threads[0]?.ran.at(-1)).toBe(own)
    own.finish()
    await end('a')
    expect(threads).toHaveLength(1)
    expect(threads[0]?.ran.at(-1)).toBe(waiting)
  })

  test('are refused to a context that has ended or was never opened', async () => {
    const { executor, submit, open, end } = leasing({})
    expect(executor.submit(newCall(), 'nobody')).toBe(false)
    open('a')
    submit('a').finish()
    await end('a')
    expect(executor.submit(newCall(), 'a')).toBe(false)
  })

  test('end without a thread where no call was made', async () => {
    const { threads, cleaned, open, end } = leasing({})
    open('a')
    await end('a')
    await end('a')
    expect([threads.length, cleaned]).toEqual([0, []])
  })

  test('end no more threads than are too many, also where one that was told to end is not gone yet', async () => {
    const options = { maxThreads: 2 }
    const { threads, submit, open, end, gone } = leasing(options)
    open('a', 'b')
    submit('a').finish()
    submit('b').finish()
    options.maxThreads = 1
    const ended = end('a')
    await end('b')
    expect(threads.map((thread) => thread.ended)).toEqual([true, false])
    gone(0)
    await ended
    open('c')
    submit('c')
    expect(threads).toHaveLength(2)
  })

  test('clean up before the thread goes to the next', async () => {
    const { threads, cleaned, submit, open, end } = leasing({ maxThreads: 1 })
    open('a', 'b')
    submit('a').finish()
    submit('b')
    const ended = end('a')
    expect(cleaned).toEqual(['a'])
    expect(threads[0]?.ran).toHaveLength(1)
    await ended
    expect(threads[0]?.ran).toHaveLength(2)
  })

  test('replace a thread that could not clean up', async () => {
    const { threads, submit, open, gone, failCleaning, end } = leasing({ maxThreads: 1 })
    open('a', 'b')
    submit('a').finish()
    failCleaning()
    const ended = end('a')
    submit('b')
    await vi.waitFor(() => expect(threads[0]?.ended).toBe(true))
    expect(threads).toHaveLength(1)
    gone(0)
    await ended
    expect(threads).toHaveLength(2)
    expect(threads[1]?.ran).toHaveLength(1)
  })

  test('wait at their end for calls that still run, unless their callers have given these up', async () => {
    const { cleaned, submit, open, end } = leasing({ maxThreads: 2 })
    open('a', 'b')
    const [awaited, given] = [submit('a'), submit('b')]
    const ended = vi.fn()
    const first = end('a').then(ended)
    given.settle({ failure: 'aborted' })
    await end('b')
    expect([ended.mock.calls.length, cleaned]).toEqual([0, []])
    awaited.settle({ failure: 'x' })
    awaited.finish()
    await first
    given.finish()
    expect(cleaned).toEqual(['a', 'b'])
  })

  test('give the calls of a dead thread to the next one, all to the same', () => {
    const { threads, submit, open, gone } = leasing({ maxThreads: 2 })
    open('a')
    submit('a')
    const orphans = [newCall(), newCall(), newCall()]
    gone(0, orphans)
    expect(threads).toHaveLength(2)
    expect(threads[1]?.ran).toEqual(orphans)
  })
})

describe('the waiting line', () => {
  test('serves contexts in order, with all the calls that each has made', async () => {
    const { executor, threads, submit, open, end } = leasing({ maxThreads: 1 })
    open('a', 'b', 'c')
    submit('a').finish()
    const [b, c, more] = [submit('b'), submit('c'), submit('b')]
    expect(executor.queued).toBe(3)
    await end('a')
    expect(threads[0]?.ran.slice(1)).toEqual([b, more])
    for (const call of [b, more]) call.finish()
    await end('b')
    expect(threads[0]?.ran.at(-1)).toBe(c)
    expect(executor.queued).toBe(0)
  })

  test('refuses a context past maxQueue, and none that waits already', () => {
    const { submit, open } = leasing({ maxThreads: 1, maxQueue: 1 })
    open('a', 'b', 'c')
    submit('a')
    submit('b')
    expect(failureOf(submit('c'))).toBeInstanceOf(QueueFullError)
    expect(failureOf(submit('b'))).toBeUndefined()
  })

  test('refuses after leaseTimeout, and not before, with all the calls of that context', () => {
    const { submit, open } = leasing({ maxThreads: 1, leaseTimeout: 100 })
    open('a', 'b')
    submit('a')
    const calls = [submit('b'), submit('b')]
    vi.advanceTimersByTime(99)
    expect(calls.map(failureOf)).toEqual([undefined, undefined])
    vi.advanceTimersByTime(1)
    for (const call of calls) expect(failureOf(call)).toBeInstanceOf(QueueFullError)
  })

  test('does not time out a context that was served in time', async () => {
    const { submit, open, end } = leasing({ maxThreads: 1, leaseTimeout: 100 })
    open('a', 'b')
    submit('a').finish()
    const waiting = submit('b')
    await end('a')
    vi.advanceTimersByTime(1000)
    expect(failureOf(waiting)).toBeUndefined()
  })

  test('lets a context wait the whole time again that gave up its calls and makes another', () => {
    const { submit, open } = leasing({ maxThreads: 1, leaseTimeout: 100 })
    open('a', 'b')
    submit('a')
    submit('b').withdraw?.()
    vi.advanceTimersByTime(90)
    const late = submit('b')
    vi.advanceTimersByTime(90)
    expect(failureOf(late)).toBeUndefined()
    vi.advanceTimersByTime(10)
    expect(failureOf(late)).toBeInstanceOf(QueueFullError)
  })

  test('keeps no place for a context whose calls were all given up', () => {
    const { submit, open } = leasing({ maxThreads: 1, maxQueue: 1 })
    open('a', 'b', 'c')
    submit('a')
    submit('b').withdraw?.()
    expect(failureOf(submit('c'))).toBeUndefined()
  })

  test('sends the calls of a context that ends while it waits elsewhere, and drops none', async () => {
    const { submit, open, end } = leasing({ maxThreads: 1 })
    open('a', 'b')
    submit('a')
    const call = newCall()
    const elsewhere = vi.fn()
    call.onRefused = elsewhere
    submit('b', call)
    await end('b')
    expect(elsewhere).toHaveBeenCalledTimes(1)
  })
})
