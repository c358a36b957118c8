import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { growTree } from './grow.js'
import { judge } from './judge.js'
import { predict } from './predict.js'
import { shrink } from './shrink.js'

describe('random trees', () => {
  test('are the same for the same seed', () => {
    assert.deepEqual(growTree(7), growTree(7))
    assert.notDeepEqual(growTree(7).root, growTree(8).root)
  })

  test('hold every kind of step, come to every queue, and are twelve calls deep and four wide', () => {
    const [steps, queues] = [new Set(), new Set()]
    let [deepest, widest] = [0, 0]
    for (let seed = 0; seed < 1000; seed += 1) {
      const tree = growTree(seed)
      const { nodes, done } = predict(tree)
      for (const kind of Object.keys(done)) steps.add(kind)
      for (const { queue, blocks } of nodes.values()) {
        queues.add(queue.split(':')[0])
        deepest = Math.max(deepest, blocks.length * 2)
      }
      JSON.stringify(tree, (key, value) => {
        if (key === 'branches') widest = Math.max(widest, value.length)
        return value
      })
    }
    const plain = ['set', 'delete', 'throw', 'scope', 'hold', 'hook']
    const down = ['call', 'block', 'all', 'context', 'solo', 'late', 'settle', 'abort', 'misuse']
    assert.deepEqual([...steps].sort(), [...plain, ...down].sort())
    const all = ['block', 'context', 'main', 'pool', 'shared', 'single']
    assert.deepEqual([...queues].sort(), all)
    assert.ok(deepest >= 12, `${deepest} deep`)
    assert.equal(widest, 4)
  })

  test('are made as small as their failure lets them', async () => {
    const holdsThrow = (tree) => JSON.stringify(tree.root).includes('"do":"throw"')
    let seed = 0
    while (!holdsThrow(growTree(seed))) seed += 1
    const smallest = await shrink(
      growTree(seed),
      async (tree) => holdsThrow(tree),
      () => true,
    )
    const kinds = [...JSON.stringify(smallest.root).matchAll(/"do":"(\w+)"/g)].map(
      ([, kind]) => kind,
    )
    assert.equal(kinds.filter((kind) => kind === 'throw').length, 1)
    assert.ok(!kinds.includes('set'))
  })
})

/** In one context: a sync call that sets a key, a hook, and blocks for async code that sends another one back. */
const tree = () => ({
  lates: [],
  root: {
    id: 1,
    kind: 'async',
    steps: [
      {
        do: 'context',
        id: 2,
        steps: [
          {
            ...call(3, 4),
            node: {
              id: 4,
              kind: 'sync',
              steps: [
                { do: 'set', key: 0, value: 9 },
                { do: 'hook', id: 5 },
                { do: 'block', id: 6, flavour: 'loop', node: asyncNode(7, [call(8, 9)]) },
              ],
            },
          },
          call(10, 11),
        ],
      },
    ],
  },
})
const call = (id, node) => ({
  do: 'call',
  id,
  flavour: 'sensitive',
  node: { id: node, kind: 'sync', steps: [] },
})
const asyncNode = (id, steps) => ({ id, kind: 'async', steps })

const MARKS = { 9: 4, 11: 9 }
const threads = { roles: new Map([[1, 'leased']]), poolThreads: 1 }

/** The judge's verdict on what the model says, happening just so but for a change. */
function verdict(change = (events) => events) {
  const prediction = predict(tree())
  // Without branches, it writes the events in their order, but for the hook, which runs before its context is over.
  const events = prediction.events.map((event, index) => ({
    ...structuredClone(event),
    index,
    thread: event.place === 'main' ? 0 : 1,
    mark: event.event === 'enter' ? (MARKS[event.id] ?? 0) : 0,
  }))
  const changed = change(events).map((event, index) => ({ ...event, index }))
  return judge(prediction, changed, threads)
}

const at = (events, event, id) => events.findIndex((one) => one.event === event && one.id === id)
const editing = (event, id, change) => (events) => {
  Object.assign(events[at(events, event, id)], change)
  return events
}
/** The second call overtakes the first one, in its queue. */
const overtaking = (events) => {
  const second = events.filter(({ event, id }) => id === 11 || (id === 10 && event === 'before'))
  const rest = events.filter((event) => !second.includes(event))
  rest.splice(at(rest, 'before', 3) + 1, 0, ...second.sort((one) => (one.id === 10 ? -1 : 1)))
  return rest
}
const moving =
  (event, id, ...target) =>
  (events) => {
    const [moved] = events.splice(at(events, event, id), 1)
    events.splice(at(events, ...target), 0, moved)
    return events
  }

describe('the judge', () => {
  test('has nothing to say where all happens as the model says', () => {
    assert.deepEqual(verdict(), [])
  })

  const faults = {
    'a call on another thread': [editing('enter', 11, { thread: 0 }), /enter 11 ran on thread 0/],
    'a thread of another role': [
      (events) => events.map((event) => ({ ...event, thread: event.thread && 2 })),
      /context:2 is thread 2, which is a thread of role unknown/,
    ],
    'another value in a Local': [
      editing('after', 3, { locals: [0, 0, 0, 0, 0, 0] }),
      /after 3 saw the Locals 0,0,0,0,0,0, should be 9,0,0,0,0,0/,
    ],
    'another outcome': [
      editing('exit', 11, { outcome: { kind: 0, number: 1 } }),
      /exit 11 came to ok 1, should be ok 0/,
    ],
    'what is missing': [
      (events) => events.filter(({ id }) => id !== 11),
      /enter 11 did not happen/,
    ],
    'what should not be': [
      (events) => [...events, { ...events[0], id: 99 }],
      /enter 99 happened, and should not/,
    ],
    'two calls at once on a thread': [
      moving('enter', 11, 'exit', 4),
      /node 11 .* on top of node 4/,
    ],
    'a call that overtakes another one': [
      overtaking,
      /nodes 4,11 of the queue context:2 started out of order/,
    ],
    'a hook that runs in the middle': [moving('hook', 5, 'exit', 11), /hook 5 ran out of turn/],
    'an end before its start': [moving('after', 8, 'enter', 9), /call 8 of node 9: begin, start/],
    'a thread that was not cleaned': [
      editing('enter', 4, { mark: 3 }),
      /node 4 found 3 in the Local of its thread, should be 0/,
    ],
  }
  for (const [what, [change, message]] of Object.entries(faults)) {
    test(`finds ${what}`, () => {
      assert.match(verdict(change).join('\n'), message)
    })
  }
})
