import { makeSide } from './desk-side.js'
import { byId } from './element.js'
import './request-path.js'

const sides = {
  on: makeSide('on', { title: 'With the bridge', text: 'Blocking work runs on threads.' }),
  off: makeSide('off', { title: 'Without the bridge', text: 'The same code, on the event loop.' }),
}
byId('sides').append(sides.on.node, sides.off.node)

const words = {
  idle: 'Quiet. Send a crowd, and watch who has to wait.',
  preparing: 'Opening the desk without the bridge…',
  running: 'The crowd is here.',
  failed: 'The crowd could not be sent; the log says why.',
}
const form = byId('load')
const button = form.querySelector('button')

const stream = new EventSource('/dashboard/events')
const on = (kind, act) => stream.addEventListener(kind, ({ data }) => act(JSON.parse(data)))
on('sample', ({ side, sample }) => {
  sides[side].showSample(sample)
  for (const name of Object.keys(sides.on.charts)) {
    const pair = [sides.on.charts[name], sides.off.charts[name]]
    const highest = Math.max(...pair.map((chart) => chart.highest))
    for (const chart of pair) chart.draw(highest)
  }
})
on('report', ({ reports }) => {
  for (const [side, report] of Object.entries(reports)) sides[side].showReport(report)
})
on('load', ({ state }) => {
  say(words[state], state === 'failed')
  button.disabled = state === 'preparing' || state === 'running'
  if (state === 'preparing') for (const side of Object.values(sides)) side.clear()
})
stream.addEventListener('error', () => {
  say('The desk does not answer. Trying again…', true)
  button.disabled = true
})

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { door, clients } = form.elements
  button.disabled = true
  try {
    const response = await fetch('/dashboard/load', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ door: door.value, clients: Number(clients.value) }),
    })
    if (!response.ok) throw new Error((await response.json()).error.message)
  } catch (problem) {
    say(problem.message, true)
    button.disabled = false
  }
})

function say(text, isWrong) {
  byId('state').textContent = text
  byId('state').toggleAttribute('data-wrong', isWrong)
}
