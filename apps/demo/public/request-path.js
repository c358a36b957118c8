import { ask } from './api.js'
import { drawn } from './drawn.js'
import { byId, element } from './element.js'

const [left, right, width] = [110, 20, 960]
const laneHeight = 74
const least = 3

byId('trace').addEventListener('click', follow)

async function follow() {
  const button = byId('trace')
  button.disabled = true
  try {
    const { invoices } = await ask('GET', '/invoices?limit=1&offset=7')
    const response = await fetch(`/dashboard/path/${invoices[0].id}`)
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.error.message)
    byId('path').replaceChildren(draw(answer), tell(answer))
  } catch (problem) {
    byId('path').replaceChildren(element('p', { class: 'message', role: 'alert' }, problem.message))
  } finally {
    button.disabled = false
  }
}

const nameOf = (thread) => (thread === '0' ? 'Event loop' : `Thread ${thread}`)
const ranFrom = ({ startedAt, endedAt, ran }) => {
  // The two crossings of a call are taken to be as long as each other.
  const crossing = Math.max(0, endedAt - startedAt - ran) / 2
  return [startedAt + crossing, endedAt - crossing]
}

function draw({ address, ms, steps }) {
  const ran = steps.filter(({ thread, endedAt }) => thread !== undefined && endedAt !== undefined)
  const lanes = [
    '0',
    ...new Set(ran.map(({ thread }) => thread).filter((thread) => thread !== '0')),
  ]
  const x = (at) => left + (at / ms) * (width - left - right)
  const y = (thread) => 30 + lanes.indexOf(thread) * laneHeight
  const height = 30 + lanes.length * laneHeight
  const picture = drawn(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': summary({ address, ms, steps }),
    },
    drawn(
      'defs',
      {},
      drawn(
        'marker',
        {
          id: 'arrow',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: 'auto',
        },
        drawn('path', { d: 'M0 0 8 4 0 8z', class: 'arrowhead' }),
      ),
    ),
  )
  for (const lane of lanes) {
    picture.append(
      drawn('line', {
        class: 'lane',
        x1: left,
        x2: width - right,
        y1: y(lane) + 12,
        y2: y(lane) + 12,
      }),
      drawn('text', { x: 0, y: y(lane) + 16 }, nameOf(lane)),
    )
  }
  for (const step of ran) {
    const [from, to] = ranFrom(step)
    const wide = Math.max(least, x(to) - x(from))
    const down = step.thread !== '0'
    const [startEdge, landEdge] = y(step.from) < y(step.thread) ? [24, 0] : [0, 24]
    picture.append(
      drawn('rect', {
        class: down ? 'bar' : 'bar loop',
        x: x(from),
        y: y(step.thread),
        width: wide,
        height: 24,
        rx: 3,
      }),
      drawn('line', {
        class: 'hop',
        x1: x(step.startedAt),
        y1: y(step.from) + startEdge,
        x2: x(from),
        y2: y(step.thread) + landEdge,
      }),
      drawn('line', {
        class: 'hop',
        x1: x(from) + wide,
        y1: y(step.thread) + landEdge,
        x2: x(step.endedAt),
        y2: y(step.from) + startEdge,
      }),
      drawn(
        'text',
        { class: 'label', x: x(from), y: y(step.thread) + (down ? 40 : -6) },
        step.function,
      ),
    )
  }
  return picture
}

function summary({ address, ms, steps }) {
  return `GET ${address} took ${ms.toFixed(1)} ms and made ${steps.length} calls between threads.`
}

function tell(path) {
  const steps = path.steps.map(({ function: name, from, thread, ran, mode }) =>
    element(
      'li',
      {},
      `${nameOf(from)} → ${nameOf(thread ?? '?')}: `,
      element('strong', {}, name),
      ` ran ${ran === undefined ? 'not at all' : `${ran.toFixed(1)} ms`}${mode === 'async' ? ', while the thread waited' : ''}`,
    ),
  )
  return element('div', {}, element('p', {}, summary(path)), element('ol', {}, ...steps))
}
