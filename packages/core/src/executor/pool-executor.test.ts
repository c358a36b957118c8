import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { callWith } from '../call/call.fixture.js'
import type { Call } from '../call/call.js'
import { QueueFullError } from '../errors.js'
import type { FrameRef } from '../protocol.js'
import type { Thread } from '../thread/thread.js'
import { PoolExecutor, type PoolOptions } from './pool-executor.js'

/** As much of a thread as an executor asks of it: what it was given to run, and how it ends. */
class ScriptedThread {
  onCallFinished: (() => void) | undefined
  state = 'ready'
  hasIterators = false
  readonly ran: Call[] = []
  load = 0

  constructor(readonly address: string) {}

  run(call: Call): void {
    this.ran.push(call)
    this.load += 1
  }

  /** Its oldest call has finished. */
  finish(): void {
    this.load -= 1
    this.onCallFinished?.()
  }

  terminate(): Promise<void> {
    this.state = 'ending'
    return Promise.resolve()
  }

  leave(): Promise<void> {
    return this.terminate()
  }
}

const callBelow = (...chain: FrameRef[]) => callWith({ chain })
const newCall = () => callBelow()
const callIn = (context: string) => callWith({ context })

function poolOf(options: PoolOptions) {
  const threads: ScriptedThread[] = []
  const onFrame: FrameRef[] = []
  const pool = new PoolExecutor(
    () => {
      const thread = new ScriptedThread(`0/${threads.length + 1}`)
      threads.push(thread)
      return thread as unknown as Thread
    },
    () => options,
  )
  const submit = (call = newCall()) => {
    pool.submit(call, (frame) => onFrame.push(frame))
    return call
  }
  return { pool, threads, onFrame, submit, options }
}
const thread = (threads: ScriptedThread[], index: number): ScriptedThread => {
  const found = threads[index]
  if (!found) throw new Error(`no thread ${index}`)
  return found
}
const failureOf = (call: Call) =>
  call.settlement && 'failure' in call.settlement ? call.settlement.failure : undefined

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a pool', () => {
  test('starts a thread only when none is free, up to its limit, and then lets calls wait in order', () => {
    const { pool, threads, submit } = poolOf({ maxThreads: 2 })
    submit()
    thread(threads, 0).finish()
    submit()
    expect(threads).toHaveLength(1)
    submit()
    expect(threads).toHaveLength(2)
    const [third, fourth] = [submit(), submit()]
    expect([threads.length, pool.queued]).toEqual([2, 2])
    thread(threads, 1).finish()
    thread(threads, 0).finish()
    expect(thread(threads, 1).ran.at(-1)).toBe(third)
    expect(thread(threads, 0).ran.at(-1)).toBe(fourth)
    expect(pool.queued).toBe(0)
  })

  test('refuses a call past maxQueue, and takes calls again when one has left the queue', () => {
    const { submit } = poolOf({ maxThreads: 1, maxQueue: 1 })
    submit()
    const waiting = submit()
    const refused = submit()
    expect(failureOf(refused)).toBeInstanceOf(QueueFullError)
    waiting.withdraw?.()
    expect(failureOf(submit())).toBeUndefined()
  })

  test('refuses no call when a thread has become free while its values were read', () => {
    const { threads, submit } = poolOf({ maxThreads: 1, maxQueue: 0 })
    submit()
    const call = newCall()
    vi.spyOn(call, 'takeValues').mockImplementationOnce(() => {
      thread(threads, 0).finish()
      return true
    })
    submit(call)
    expect(failureOf(call)).toBeUndefined()
    expect(thread(threads, 0).ran.at(-1)).toBe(call)
    expect(failureOf(submit())).toBeInstanceOf(QueueFullError)
  })

  test('sends a call whose chain blocks one of its threads to that frame when no thread is free', () => {
    const { pool, threads, onFrame, submit } = poolOf({ maxThreads: 1 })
    submit()
    const own = { thread: thread(threads, 0).address, frame: 3 }
    submit(callBelow({ thread: '0', frame: 1 }, own))
    expect(onFrame).toEqual([own])
    submit(callBelow({ thread: '0/9', frame: 3 }))
    expect([onFrame.length, pool.queued]).toEqual([1, 1])
  })

  test('prefers a free thread to a frame', () => {
    const { threads, onFrame, submit } = poolOf({ maxThreads: 2 })
    submit()
    submit(callBelow({ thread: thread(threads, 0).address, frame: 3 }))
    expect([threads.length, onFrame]).toEqual([2, []])
  })

  test('replaces a thread that ended, and runs what was waiting or had not started', () => {
    const { pool, threads, submit } = poolOf({ maxThreads: 1 })
    submit()
    const waiting = submit()
    const orphan = newCall()
    expect(pool.threadGone(thread(threads, 0) as unknown as Thread, [orphan])).toBe(true)
    expect(threads).toHaveLength(2)
    expect(thread(threads, 1).ran).toEqual([waiting])
    thread(threads, 1).finish()
    expect(thread(threads, 1).ran).toEqual([waiting, orphan])
  })

  test('has nothing to do with the end of a thread that is not its own', () => {
    const { pool, submit } = poolOf({ maxThreads: 1 })
    submit()
    expect(pool.threadGone(new ScriptedThread('0/7') as unknown as Thread, [newCall()])).toBe(false)
    expect(pool.queued).toBe(0)
  })

  test('gives no call to a thread that is ending', () => {
    const { threads, submit } = poolOf({ maxThreads: 2 })
    submit()
    thread(threads, 0).finish()
    void thread(threads, 0).terminate()
    submit()
    expect(thread(threads, 0).ran).toHaveLength(1)
    expect(thread(threads, 1).ran).toHaveLength(1)
  })

  test('keeps to a limit that was lowered meanwhile', () => {
    const { threads, submit, options } = poolOf({ maxThreads: 2 })
    submit()
    submit()
    options.maxThreads = 1
    const waiting = submit()
    thread(threads, 0).finish()
    expect(threads.flatMap(({ ran }) => ran)).not.toContain(waiting)
    thread(threads, 1).finish()
    expect(threads.flatMap(({ ran }) => ran)).toContain(waiting)
  })

  test('is drained when nothing runs and nothing waits', async () => {
    const { pool, threads, submit } = poolOf({ maxThreads: 1 })
    submit()
    submit()
    const drained = vi.fn()
    const done = pool.drained(1000).then(drained)
    thread(threads, 0).finish()
    await Promise.resolve()
    expect(drained).not.toHaveBeenCalled()
    thread(threads, 0).finish()
    await done
    await pool.drained(1000)
    expect(drained).toHaveBeenCalledTimes(1)
  })
})

describe('a pool that is to be drained', () => {
  test('waits for iterators that others hold, until they have ended or the time is over', async () => {
    vi.useFakeTimers()
    const { pool, threads, submit } = poolOf({ maxThreads: 1 })
    submit()
    const first = thread(threads, 0)
    first.finish()
    first.hasIterators = true
    const [ended, timedOut] = [vi.fn(), vi.fn()]
    const all = [pool.drained(10_000).then(ended), pool.drained(100).then(timedOut)]
    await vi.advanceTimersByTimeAsync(1000)
    expect([ended.mock.calls.length, timedOut.mock.calls.length]).toEqual([0, 1])
    first.hasIterators = false
    await vi.advanceTimersByTimeAsync(1000)
    await Promise.all(all)
    vi.useRealTimers()
  })

  test('knows whose code is blocked on its threads', () => {
    const { pool, submit } = poolOf({ maxThreads: 1 })
    submit()
    expect(pool.serves([{ thread: '0/7', frame: 1 }])).toBe(false)
    expect(
      pool.serves([
        { thread: '0/7', frame: 1 },
        { thread: '0/1', frame: 1 },
      ]),
    ).toBe(true)
  })
})

describe('idle threads of a pool', () => {
  const fill = (threads: ScriptedThread[], submit: () => Call, count: number) => {
    for (let index = 0; index < count; index += 1) submit()
    for (const one of threads) one.finish()
  }
  const alive = (threads: ScriptedThread[]) =>
    threads.filter(({ state }) => state === 'ready').length

  test('are kept for ever where no idleTimeout is set', () => {
    const { threads, submit } = poolOf({ maxThreads: 2 })
    fill(threads, submit, 2)
    vi.advanceTimersByTime(1e9)
    expect(alive(threads)).toBe(2)
  })

  test('are ended after idleTimeout, and not before', () => {
    const { threads, submit } = poolOf({ maxThreads: 2, idleTimeout: 100 })
    fill(threads, submit, 2)
    vi.advanceTimersByTime(99)
    expect(alive(threads)).toBe(2)
    vi.advanceTimersByTime(1)
    expect(alive(threads)).toBe(0)
  })

  test('count their time anew after each call', () => {
    const { threads, submit } = poolOf({ maxThreads: 1, idleTimeout: 100 })
    fill(threads, submit, 1)
    vi.advanceTimersByTime(90)
    submit()
    vi.advanceTimersByTime(90)
    expect(alive(threads)).toBe(1)
    thread(threads, 0).finish()
    vi.advanceTimersByTime(90)
    expect(alive(threads)).toBe(1)
    vi.advanceTimersByTime(10)
    expect(alive(threads)).toBe(0)
  })

  test('are ended down to minThreads and no further, also when all fall idle together', () => {
    const { threads, submit } = poolOf({ maxThreads: 3, minThreads: 1, idleTimeout: 100 })
    fill(threads, submit, 3)
    // None of them has gone yet when the last timer fires: ending takes a while.
    vi.advanceTimersByTime(100)
    expect(alive(threads)).toBe(1)
  })
})

describe('a pool whose threads are all taken', () => {
  test('gives each context its turn, and keeps the order of the calls of each', () => {
    const { threads, submit } = poolOf({ maxThreads: 1 })
    submit()
    const flood = [1, 2, 3].map(() => submit(callIn('flood')))
    const others = [submit(callIn('a')), submit(callIn('b')), submit()]
    for (let times = 0; times < 6; times += 1) thread(threads, 0).finish()
    const order = thread(threads, 0).ran.slice(1)
    expect(order).toEqual([flood[0], others[0], others[1], others[2], flood[1], flood[2]])
  })

  test('refuses, where the line is full, the newest call of the context that has most in it', () => {
    const { submit } = poolOf({ maxThreads: 1, maxQueue: 3 })
    submit()
    const flood = [1, 2, 3, 4].map(() => submit(callIn('flood')))
    expect(flood.map(failureOf)).toEqual([
      undefined,
      undefined,
      undefined,
      expect.any(QueueFullError),
    ])
    const other = submit(callIn('other'))
    expect(failureOf(other)).toBeUndefined()
    expect(failureOf(flood[2] as Call)).toBeInstanceOf(QueueFullError)
    // Now both have as many as is fair.
    expect(failureOf(submit(callIn('other')))).toBeInstanceOf(QueueFullError)
    // A third one counts as much as the two.
    expect(failureOf(submit(callIn('third')))).toBeUndefined()
    expect(failureOf(flood[1] as Call)).toBeInstanceOf(QueueFullError)
    expect([flood[0], other].map((call) => failureOf(call as Call))).toEqual([undefined, undefined])
    expect(failureOf(submit(callIn('fourth')))).toBeInstanceOf(QueueFullError)
  })
})
