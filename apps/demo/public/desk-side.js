import { makeChart } from './chart.js'
import { element } from './element.js'

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const asTime = (ms) => (ms < 1000 ? `${whole.format(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** One of the two desks: what the passer-by met with, three charts and its threads. */
export function makeSide(side, { title, text }) {
  const charts = {
    loopDelay: makeChart({ title: 'Event loop held up', tell: asTime, top: 50 }),
    latency: makeChart({ title: 'Half of the requests take', tell: asTime, top: 50 }),
    requestsPerSecond: makeChart({
      title: 'Requests a second',
      tell: (n) => whole.format(n),
      top: 30,
    }),
  }
  const verdict = element('p', { class: 'verdict' }, '–')
  const worstWait = element('span', {}, 'at worst –')
  const facts = Object.fromEntries(
    ['answered', 'queued', 'contexts'].map((name) => [name, element('dd', {}, '–')]),
  )
  const threads = element('ul', { class: 'threads', 'aria-label': 'Threads' })
  const fact = (name, label) => element('div', {}, element('dt', {}, label), facts[name])
  const node = element(
    'section',
    { class: 'side', 'data-side': side, 'aria-label': title },
    element('h2', {}, title),
    element('p', { class: 'quiet' }, text),
    verdict,
    element('p', { class: 'quiet' }, 'is how long the passer-by usually waits; ', worstWait),
    ...Object.values(charts).map((chart) => chart.node),
    element(
      'dl',
      { class: 'facts' },
      fact('answered', 'The crowd was served'),
      fact('queued', 'Calls that wait'),
      fact('contexts', 'Leased contexts'),
    ),
    threads,
  )
  return {
    node,
    charts,
    showSample(sample) {
      for (const [name, chart] of Object.entries(charts)) chart.add(sample[name])
      facts.queued.textContent = whole.format(sample.queued)
      facts.contexts.textContent = whole.format(sample.contexts)
      threads.replaceChildren(
        ...Object.entries(sample.threads).map(([group, count]) =>
          element('li', { class: group.split(' ')[1] }, `${count} ${group}`),
        ),
      )
      if (Object.keys(sample.threads).length === 0)
        threads.append(element('li', {}, 'no threads: all on the event loop'))
    },
    showReport({ answered, failed, median, worst }) {
      verdict.textContent = asTime(median)
      worstWait.textContent = `at worst ${asTime(worst)}`
      facts.answered.textContent = `${whole.format(answered)}×${failed > 0 ? `, ${failed} failed` : ''}`
    },
    clear() {
      verdict.textContent = '–'
      facts.answered.textContent = '–'
    },
  }
}
