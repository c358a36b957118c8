import { reportToMaker } from '../dashboard/twin-side.js'
import { demoUsers } from '../seed/demo-users.js'
import { readOptions, usage } from './options.js'
import { type Desk, startDesk } from './start-desk.js'
import { StartupError } from './startup-error.js'
import { stopOnSignal } from './stop-on-signal.js'

/** The whole program: starts the desk and says where it is, or says in one line why it can't. */
export async function run(): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), process.env)
    if (options === undefined) {
      process.stdout.write(usage)
      return
    }
    const desk = await startDesk(options)
    stopOnSignal(desk)
    reportToMaker(desk.addresses)
    process.stdout.write(welcome(desk))
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

function welcome({ addresses, ledgerFile }: Desk): string {
  const users = demoUsers.map(({ email, password }) => `${email} / ${password}`)
  return `
The invoice desk is open; Ctrl-C closes it.

  Page and public API  ${addresses.publicApi}
  Back office          ${addresses.backOffice}
  Exchange rates       ${addresses.rates}
  Ledger               ${ledgerFile}
  Sign in as           ${users.join('\n                       ')}

`
}
