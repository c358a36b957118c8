import type { Server } from 'node:http'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { shutdown } from '@syncbridge/core'
import { bypassBridge } from '../bridge-switch.js'
import { Dashboard } from '../dashboard/dashboard.js'
import { closeLedger, ledger } from '../ledger/connection.js'
import { rateServer } from '../rates/server.js'
import { drain, listen } from './listen.js'
import type { Options } from './options.js'
import { prepareLedger } from './prepare-ledger.js'
import { warmUp } from './warm-up.js'

const drainDeadline = 10_000
const shutdownDeadline = 5_000

export type Desk = {
  addresses: { publicApi: string; backOffice: string; rates: string }
  ledgerFile: string
  /** Finishes what is running and leaves the ledger closed. */
  close(): Promise<void>
}

/**
 * Opens the desk: the ledger, then the rate server, then both front doors. Whatever fails, nothing stays half open.
 *
 * @throws StartupError
 */
export async function startDesk(options: Options): Promise<Desk> {
  if (options.bypass) bypassBridge()
  const ledgerFile = join(options.folder, 'ledger.db')
  // Threads start with a copy of this environment, and that is how they find the ledger.
  process.env.LEDGER_FILE = ledgerFile
  prepareLedger(ledgerFile)

  // Imported only now: threads start on other cores while this one reads what the front doors are made of.
  const [{ backOffice }, { publicApi }] = await Promise.all([
    import('../back-office/back-office.js'),
    import('../public-api/public-api.js'),
    options.bypass ? undefined : warmUp(),
  ])

  const dashboard = new Dashboard()
  const rates = rateServer()
  const office = await backOffice()
  // Hono's adapter can serve HTTP/2 as well; without its options this is a plain HTTP server.
  const api = createAdaptorServer({ fetch: publicApi(dashboard).fetch }) as Server

  const close = async () => {
    await dashboard.close()
    await drain([api, office.server], drainDeadline)
    await drain([rates], 0)
    await office.close()
    await shutdown({ timeout: shutdownDeadline })
    // Moves what is still in the write-ahead log into the database file.
    ledger().exec('PRAGMA wal_checkpoint(TRUNCATE)')
    closeLedger()
  }

  try {
    const ratesAddress = await listen(rates, options.ratesPort, '--rates-port')
    process.env.RATES_URL = options.ratesUrl ?? ratesAddress
    const addresses = {
      rates: process.env.RATES_URL,
      backOffice: await listen(office.server, options.backOfficePort, '--back-office-port'),
      publicApi: await listen(api, options.port, '--port'),
    }
    dashboard.open(addresses)
    return { addresses, ledgerFile, close }
  } catch (error) {
    await close()
    throw error
  }
}
