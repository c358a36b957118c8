import { createServer, type Server } from 'node:http'

/** Units of each currency to a euro. */
const perEuro: Readonly<Record<string, number>> = { EUR: 1, USD: 1.0832, GBP: 0.8547 }

/**
 * The exchange-rate service, so that the demo needs nobody else's: `GET /rates/EUR/USD` answers
 * `{ "from": "EUR", "to": "USD", "rate": 1.0832 }`.
 */
export function rateServer(): Server {
  return createServer((request, response) => {
    const [, from = '', to = ''] = /^\/rates\/([A-Z]{3})\/([A-Z]{3})$/.exec(request.url ?? '') ?? []
    const base = perEuro[from]
    const target = perEuro[to]
    const known = base !== undefined && target !== undefined
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(
        known
          ? { from, to, rate: Number((target / base).toFixed(6)) }
          : { error: `There is no rate at ${request.url}.` },
      ),
    )
  })
}
