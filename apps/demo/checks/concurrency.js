// 200 clients, or as many as the argument says, sign in and post an invoice at the same time, half of them at each front door: once with the bridge, once
// bypassed. With it, the ledger must come out right and `/health` must stay quick.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ask, clerk, draft, openDesk } from '../test/support/desk.js'

const clients = Number(process.argv[2] ?? 200)
// Two desks one after the other can't be compared on a machine whose load changes meanwhile: there, only the ledger is judged.
const isSpeedJudged = process.argv[3] !== 'ledger-only'
const warmUps = 20
const requiredRatio = 4
// What else the machine does can only make the bridged desk slower: once quick enough is enough.
const attempts = 2
const clientPatience = 50_000
const sampler = fileURLToPath(new URL('./health-sampler.js', import.meta.url))
const plainServer = fileURLToPath(new URL('./plain-server.js', import.meta.url))

const teardown = []
try {
  let complaints = []
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const bridged = await measure('bridged', [])
    const bypassed = isSpeedJudged ? await measure('bypassed', ['--bypass']) : undefined
    if (bypassed) print(bridged, bypassed)
    complaints = judge(bridged, bypassed)
    for (const { text } of complaints) console.log(`NOT MET: ${text}`)
    if (!complaints.every(({ isOfSpeed }) => isOfSpeed) || complaints.length === 0) break
  }
  if (complaints.length === 0) console.log('All met.')
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  for (const end of teardown) end()
}

async function measure(name, args) {
  const desk = await openDesk(
    { after: (end) => teardown.unshift(end) },
    { args, env: { LOG_LEVEL: 'warn' } },
  )
  // What is measured is a program that has been running for a while, not how it compiles its first requests.
  for (let index = 0; index < warmUps; index++) await postOne(desk, index)
  const before = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
  // A server that has nothing to do: what it takes to answer is the machine's doing, not the desk's.
  const plain = fork(plainServer)
  teardown.unshift(() => plain.kill())
  const [plainAddress] = await once(plain, 'message')
  const sampling = fork(sampler, [`${desk.api}/health`, `${desk.office}/health`, plainAddress])
  teardown.unshift(() => sampling.kill())
  await once(sampling, 'message')

  const started = performance.now()
  const outcomes = await Promise.all(
    Array.from({ length: clients }, (_, index) => postOne(desk, index)),
  )
  const seconds = (performance.now() - started) / 1000
  sampling.send('stop')
  const [{ latencies: measured, failures }] = await once(sampling, 'message')
  plain.kill()
  const byTime = (all) => all.flat().sort((a, b) => a - b)
  const [latencies, floor] = [byTime(measured.slice(0, 2)), byTime(measured.slice(2))]

  const after = (await ask('GET', `${desk.api}/api/ledger/balance`)).body
  const { code, errors } = await desk.close()
  const count = (kind) => outcomes.filter((outcome) => outcome.kind === kind).length
  return {
    name,
    seconds,
    accepted: count('accepted'),
    refused: count('refused'),
    failed: count('failed'),
    reasons: [...new Set(outcomes.flatMap(({ reason }) => reason ?? []))],
    posted: after.invoices - before.invoices,
    after,
    samples: latencies.length,
    unanswered: failures,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    floor: quantile(floor, 0.99),
    exit: code === 0 ? 'exit 0' : `exit ${code}: ${errors}`,
  }
}

async function postOne({ api, office }, index) {
  const [signIn, invoices] =
    index % 2 === 0
      ? [`${api}/api/sign-in`, `${api}/api/invoices`]
      : [`${office}/sign-in`, `${office}/invoices`]
  const signal = AbortSignal.timeout(clientPatience)
  try {
    const session = await ask('POST', signIn, { body: clerk, signal })
    if (session.status !== 200) return outcomeOf(session)
    const { token } = session.body
    return outcomeOf(await ask('POST', invoices, { token, body: draft(index + 1), signal }))
  } catch (error) {
    return { kind: 'failed', reason: String(error.cause ?? error) }
  }
}

function outcomeOf({ status, headers, body }) {
  if (status === 201) return { kind: 'accepted' }
  // Refused cleanly: come back later, in so many words, and nothing was written.
  if (status === 503 && headers.has('retry-after') && body.error) return { kind: 'refused' }
  return { kind: 'failed', reason: `${status} ${body.error?.message ?? body}` }
}

function judge(bridged, bypassed) {
  const complaints = []
  const must = (met, text, isOfSpeed = false) => met || complaints.push({ text, isOfSpeed })
  must(
    bridged.failed === 0,
    `bridged, ${bridged.failed} clients failed: ${bridged.reasons.join('; ')}`,
  )
  must(bridged.accepted > 0, 'bridged, nothing was accepted')
  must(bridged.after.balanced, 'bridged, the ledger does not balance')
  must(
    bridged.posted === bridged.accepted,
    `bridged, the ledger has ${bridged.posted} new invoices for ${bridged.accepted} accepted`,
  )
  must(bridged.unanswered === 0, `bridged, ${bridged.unanswered} health requests failed`)
  must(bridged.exit === 'exit 0', `bridged, the desk ended with ${bridged.exit}`)
  if (!bypassed) return complaints
  must(
    (bridged.p99 - bridged.floor) * requiredRatio <= bypassed.p99,
    `the 99th percentile of /health is ${ms(bridged.p99)} bridged, of which an idle server takes ${ms(bridged.floor)}, and ${ms(bypassed.p99)} bypassed: less than ${requiredRatio} times as long`,
    true,
  )
  return complaints
}

function print(...modes) {
  const sumOf = (mode, wanted) =>
    (mode.after.currencies.find(({ currency }) => currency === wanted).sum / 100).toFixed(2)
  const rows = {
    'clients accepted': (mode) => mode.accepted,
    'clients refused (503)': (mode) => mode.refused,
    'clients failed': (mode) => mode.failed,
    'new invoices in the ledger': (mode) => mode.posted,
    'postings in the ledger': (mode) => mode.after.postings,
    'ledger balance EUR': (mode) => sumOf(mode, 'EUR'),
    'ledger balance USD': (mode) => sumOf(mode, 'USD'),
    'ledger balance GBP': (mode) => sumOf(mode, 'GBP'),
    'load lasted': (mode) => `${mode.seconds.toFixed(1)} s`,
    '/health samples': (mode) => mode.samples,
    '/health p50': (mode) => ms(mode.p50),
    '/health p99': (mode) => ms(mode.p99),
    'p99 of an idle server': (mode) => ms(mode.floor),
  }
  console.log(`\n${clients} clients at once, each signs in and posts an invoice\n`)
  const cell = (text) => String(text).padStart(14)
  console.log(''.padEnd(28) + modes.map(({ name }) => cell(name)).join(''))
  for (const [title, value] of Object.entries(rows)) {
    console.log(title.padEnd(28) + modes.map((mode) => cell(value(mode))).join(''))
  }
  const [bridged, bypassed] = modes
  console.log(
    `\n/health p99 is ${(bypassed.p99 / bridged.p99).toFixed(1)} times as long without the bridge; at least ${requiredRatio} is required, beyond what an idle server takes.`,
  )
  for (const { name, reasons } of modes) {
    for (const reason of reasons) console.log(`${name}, a client failed: ${reason}`)
  }
}

function quantile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN
}

function ms(milliseconds) {
  return `${milliseconds.toFixed(1)} ms`
}
