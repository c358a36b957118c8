// Clients post invoices at both front doors and hang up half-way, so often that as many transactions as asked for (10,000 unless
// the command line says otherwise) have been cut off in the middle. Then the ledger must balance and hold every accepted
// invoice and no half of another, no lock may be left, and the next requests must be served at once.
import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { ask, clerk, draft, openDesk } from '../test/support/desk.js'

const wanted = Number(process.argv[2] ?? 10_000)
const clients = 12
const warmUps = 20
const mostAttempts = 20 * wanted
/** Nothing has been undone for so long: all has, in ms. */
const quiet = 1000
/** Longest time to the answer of the next request, in ms. */
const patience = 2000
/** Hung up after so much of the time that a whole request takes, at least and at most. */
const [earliest, latest] = [0.3, 1]

const teardown = []
try {
  const desk = await openDesk(
    { after: (end) => teardown.unshift(end) },
    { env: { LOG_LEVEL: 'warn' } },
  )
  const result = await hangUpOn(desk)
  print(result)
  const complaints = judge(result)
  for (const complaint of complaints) console.log(`NOT MET: ${complaint}`)
  if (complaints.length === 0) console.log('All met.')
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  for (const end of teardown) end()
}

async function hangUpOn(desk) {
  const doors = [
    { signIn: `${desk.api}/api/sign-in`, invoices: `${desk.api}/api/invoices` },
    { signIn: `${desk.office}/sign-in`, invoices: `${desk.office}/invoices` },
  ]
  for (const door of doors)
    door.token = (await ask('POST', door.signIn, { body: clerk })).body.token
  const agent = new Agent({ keepAlive: true })
  teardown.unshift(() => agent.destroy())

  const outcomes = { accepted: 0, 'hung up': 0, refused: 0, failed: 0 }
  const reasons = new Set()
  const before = await balanceOf(desk)
  const usual = await timeOf(doors, agent, outcomes)
  const cutOff = () =>
    desk.log().filter(({ message }) => message === 'rolled back an unfinished posting').length

  const started = performance.now()
  let attempts = 0
  let cut = 0
  const client = async () => {
    while (cut < wanted && attempts < mostAttempts && outcomes.failed === 0) {
      attempts += 1
      const share = earliest + (latest - earliest) * Math.random()
      const outcome = await post(doors[attempts % doors.length], attempts, agent, usual * share)
      outcomes[outcome.kind] += 1
      if (outcome.reason) reasons.add(outcome.reason)
      // The log is long: it is not counted anew for each of them.
      if (attempts % 50 === 0) cut = cutOff()
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - started) / 1000

  // Clients that hang up do not wait for what the desk has still to undo: the next one comes when that is done.
  const stopped = performance.now()
  let quietSince = stopped
  for (let seen = cutOff(); performance.now() - quietSince < quiet; ) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (cutOff() !== seen) quietSince = performance.now()
    seen = cutOff()
  }
  const undoing = quietSince - stopped

  const next = []
  for (const door of doors) {
    const asked = performance.now()
    const { kind } = await post(door, 1, agent)
    outcomes[kind] += 1
    next.push({ kind, ms: performance.now() - asked })
  }
  const after = await balanceOf(desk)
  const { code, errors } = await desk.close()
  return {
    attempts,
    seconds,
    usual,
    undoing,
    cut: cutOff(),
    outcomes,
    reasons,
    next,
    before,
    after,
    exit: code === 0 ? 'exit 0' : `exit ${code}: ${errors}`,
  }
}

async function balanceOf(desk) {
  return (await ask('GET', `${desk.api}/api/ledger/balance`)).body
}

/** How long a request takes while as many clients ask as will hang up, in ms. */
async function timeOf(doors, agent, outcomes) {
  const times = []
  for (let round = 0; round < warmUps; round += 1) {
    await Promise.all(
      Array.from({ length: clients }, async (_, index) => {
        const began = performance.now()
        const { kind } = await post(doors[index % doors.length], index, agent)
        outcomes[kind] += 1
        times.push(performance.now() - began)
      }),
    )
  }
  // Code is compiled in the first rounds.
  const warm = times.slice(times.length / 2).sort((a, b) => a - b)
  return warm[warm.length >> 1]
}

/** @param hangUpAfter In ms; by default the client waits for the answer. */
function post({ invoices, token }, index, agent, hangUpAfter) {
  return new Promise((resolve) => {
    const body = JSON.stringify(draft(1 + (index % 100)))
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${token}`,
    }
    const asked = request(invoices, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () => settle(outcomeOf(response.statusCode)))
    })
    let timer
    let isHungUp = false
    const settle = (outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    asked.once('error', (error) =>
      settle(isHungUp ? { kind: 'hung up' } : { kind: 'failed', reason: String(error) }),
    )
    asked.end(body)
    if (hangUpAfter !== undefined) {
      timer = setTimeout(() => {
        isHungUp = true
        asked.destroy(new Error('hung up'))
        settle({ kind: 'hung up' })
      }, hangUpAfter)
    }
  })
}

function outcomeOf(status) {
  if (status === 201) return { kind: 'accepted' }
  if (status === 503) return { kind: 'refused' }
  return { kind: 'failed', reason: `status ${status}` }
}

function judge({ cut, outcomes, reasons, next, before, after, exit }) {
  const complaints = []
  const must = (met, complaint) => met || complaints.push(complaint)
  const posted = after.invoices - before.invoices
  must(cut >= wanted, `${cut} transactions were cut off, ${wanted} should have been`)
  must(outcomes.failed === 0, `${outcomes.failed} requests failed: ${[...reasons].join('; ')}`)
  must(after.balanced, 'the ledger does not balance')
  // An answer can be under way when its client hangs up: its invoice counts, though nobody was told.
  must(
    posted >= outcomes.accepted && posted <= outcomes.accepted + outcomes['hung up'],
    `the ledger has ${posted} new invoices for ${outcomes.accepted} accepted`,
  )
  for (const { kind, ms } of next)
    must(
      kind === 'accepted' && ms < patience,
      `the next request: ${kind} after ${ms.toFixed(0)} ms`,
    )
  must(exit === 'exit 0', `the desk ended with ${exit}`)
  return complaints
}

function print({ attempts, seconds, usual, undoing, cut, outcomes, next, before, after }) {
  const sum = after.currencies.map(({ currency, sum: value }) => `${currency} ${value}`).join(', ')
  const rows = {
    'requests sent': attempts,
    'cut off in their transaction': cut,
    'whose client hung up': outcomes['hung up'],
    'answered in spite of it': outcomes.accepted,
    'refused (503)': outcomes.refused,
    failed: outcomes.failed,
    'a whole request takes': `${usual.toFixed(1)} ms`,
    'it all took': `${seconds.toFixed(1)} s`,
    'what was left to undo took': `${undoing.toFixed(0)} ms`,
    'new invoices in the ledger': after.invoices - before.invoices,
    'sums of all postings': sum,
    'next request, each door': next
      .map(({ kind, ms }) => `${kind}, ${ms.toFixed(0)} ms`)
      .join('; '),
  }
  console.log(`\n${clients} clients post invoices and hang up half-way\n`)
  for (const [title, value] of Object.entries(rows)) console.log(`${title.padEnd(30)} ${value}`)
  console.log()
}
