import { drawn } from './drawn.js'
import { element } from './element.js'

const points = 80

/** A line of the last twenty seconds under a title; `tell` writes the latest value in words. */
export function makeChart({ title, tell, top }) {
  const values = []
  const line = drawn('polyline', { class: 'line' })
  const area = drawn('polygon', { class: 'area' })
  const output = element('output', {}, '–')
  const node = element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, title, output),
    drawn(
      'svg',
      { viewBox: `0 0 ${points - 1} 100`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      area,
      line,
    ),
  )
  return {
    node,
    get highest() {
      return Math.max(top, ...values)
    },
    add(value) {
      values.push(value)
      if (values.length > points) values.shift()
      output.value = tell(value)
    },
    /** Both sides share one scale, or the pictures could not be compared. */
    draw(highest) {
      const from = points - values.length
      const path = values.map((value, index) => `${from + index},${98 - (value / highest) * 96}`)
      line.setAttribute('points', path.join(' '))
      area.setAttribute('points', [`${from},100`, ...path, `${points - 1},100`].join(' '))
    },
  }
}
