// A process of its own, so that nothing the checker does can look like the desk's delay. Asks for each address in turn at
// a steady rate, whether or not earlier answers have come, and measures from the moment a request was due: a desk that
// stands still is charged for every request it kept from being served.
import { Agent, get } from 'node:http'

const interval = 10
const addresses = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const latencies = addresses.map(() => [])
const running = new Set()

const started = performance.now()
let sent = 0
let failures = 0
const clock = setInterval(() => {
  for (; started + sent * interval <= performance.now(); sent++) {
    const sample = measure(sent % addresses.length, started + sent * interval)
    running.add(sample)
    sample.finally(() => running.delete(sample))
  }
}, 1)

process.once('message', async () => {
  clearInterval(clock)
  await Promise.all(running)
  process.send({ latencies, failures }, () => process.disconnect())
})
process.send('ready')

function measure(of, due) {
  return new Promise((resolve) => {
    const request = get(addresses[of], { agent }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) latencies[of].push(performance.now() - due)
        else failures++
        resolve()
      })
    })
    request.once('error', (error) => {
      // The desk had closed a connection that was idle, in the moment in which it was taken up again: nothing was asked yet.
      if (request.reusedSocket && error.code === 'ECONNRESET') return resolve(measure(of, due))
      failures++
      resolve()
    })
  })
}
