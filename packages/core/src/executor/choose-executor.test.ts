import { describe, expect, test } from 'vitest'
import { chooseRoutes, type Route, type Whereabouts } from './choose-executor.js'

const near = { thread: '0/1', frame: 4 }
const far = { thread: '0/1', frame: 2 }
const main = { thread: '0', frame: 4 }

/** Routes in short: `0/1#4` is a frame. */
const print = (routes: readonly Route[]) =>
  routes
    .map((route) =>
      route.by === 'frame'
        ? `${route.frame.thread}#${route.frame.frame}`
        : route.by === 'context'
          ? `context ${route.context}`
          : route.by,
    )
    .join(', ')

describe('where a syncToAsync call may run', () => {
  const sensitive = { threadSensitive: true, chain: [] }
  const table: ReadonlyArray<readonly [why: string, where: Whereabouts, routes: string]> = [
    ['nothing around it: the shared thread', sensitive, 'shared'],
    [
      'not thread-sensitive: the pool, whatever is around it',
      { threadSensitive: false, chain: [near], context: 'c', starter: main },
      'pool',
    ],
    ['in a context: its thread', { ...sensitive, context: 'c' }, 'context c, shared'],
    [
      'below blocked frames: the nearest first, then outward',
      { ...sensitive, chain: [near, far, main] },
      '0/1#4, 0/1#2, 0#4, shared',
    ],
    [
      'below a frame and in a context: the frame wins',
      { ...sensitive, chain: [near], context: 'c' },
      '0/1#4, context c, shared',
    ],
    [
      'on a loop that a frame started: that frame, after the context',
      { ...sensitive, context: 'c', starter: main },
      'context c, 0#4, shared',
    ],
    [
      'on a loop that a frame of the chain started: that frame once',
      { ...sensitive, chain: [near, main], starter: { ...main } },
      '0/1#4, 0#4, shared',
    ],
    [
      'on a loop whose starter shares only thread or number with the chain: both',
      { ...sensitive, chain: [far], starter: near },
      '0/1#2, 0/1#4, shared',
    ],
  ]
  for (const [why, where, routes] of table) {
    test(why, () => {
      expect(print(chooseRoutes(where))).toBe(routes)
    })
  }

  test('the common answers are made once, and cannot be changed by whoever gets them', () => {
    expect(chooseRoutes(sensitive)).toBe(chooseRoutes(sensitive))
    expect(Object.isFrozen(chooseRoutes(sensitive))).toBe(true)
    expect(Object.isFrozen(chooseRoutes({ ...sensitive, threadSensitive: false }))).toBe(true)
  })
})
