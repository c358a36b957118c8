import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type LogLevel, logLevels } from '../logging/log.js'
import { StartupError } from './startup-error.js'

export type Options = {
  port: number
  backOfficePort: number
  ratesPort: number
  /** The exchange-rate server to ask instead of the demo's own. */
  ratesUrl: string | undefined
  /** Where the ledger is kept. */
  folder: string
  bypass: boolean
}

export const usage = `Usage: npm run demo -- [options]

  --port <n>              port of the page and the public API (PORT, 3000)
  --back-office-port <n>  port of the back office (BACK_OFFICE_PORT, 3001)
  --rates-port <n>        port of the exchange-rate server (RATES_PORT, any free one)
  --rates-url <url>       another exchange-rate server to ask (RATES_URL)
  --data <folder>         where the ledger is kept (DATA_DIR, apps/demo/.data)
  --bypass                run without the bridge, to see the difference (SYNCBRIDGE_BYPASS=1)
  --help                  show this
`

const defaultFolder = fileURLToPath(new URL('../../.data', import.meta.url))

/**
 * What the command line asks for, else the environment; nothing at all if it asks for help.
 *
 * @throws StartupError naming the flag that is unknown or wrong.
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): Options | undefined {
  const flags = parseFlags(args)
  if (flags.help === true) return undefined
  const level = env.LOG_LEVEL
  if (level !== undefined && !logLevels.includes(level as LogLevel)) {
    throw new StartupError(`LOG_LEVEL is ${level}; it is one of ${logLevels.join(', ')}.`)
  }
  return {
    port: port('--port', flags.port ?? env.PORT, 3000),
    backOfficePort: port(
      '--back-office-port',
      flags['back-office-port'] ?? env.BACK_OFFICE_PORT,
      3001,
    ),
    ratesPort: port('--rates-port', flags['rates-port'] ?? env.RATES_PORT, 0),
    ratesUrl: url('--rates-url', flags['rates-url'] ?? env.RATES_URL),
    folder: resolve(flags.data ?? env.DATA_DIR ?? defaultFolder),
    bypass: flags.bypass ?? env.SYNCBRIDGE_BYPASS === '1',
  }
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'back-office-port': { type: 'string' },
        'rates-port': { type: 'string' },
        'rates-url': { type: 'string' },
        data: { type: 'string' },
        bypass: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s|\n/)[0] : String(error)
    throw new StartupError(`${reason}; --help lists the flags.`)
  }
}

function port(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new StartupError(`${flag} is ${JSON.stringify(text)}; a port is a number from 0 to 65535.`)
}

function url(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/$/, '')
  throw new StartupError(
    `${flag} is ${JSON.stringify(text)}; give an address such as http://127.0.0.1:4000.`,
  )
}
