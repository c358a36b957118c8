import { log } from '../logging/log.js'
import type { Desk } from './start-desk.js'

/** Closes the desk at the first SIGINT or SIGTERM and exits 0; a second one exits at once with 130. */
export function stopOnSignal(desk: Desk): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(130)
    stopping = true
    log.info('closing, running requests finish first', { signal })
    desk.close().then(leave, failed)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

function leave(): void {
  log.info('closed')
  process.exit(0)
}

function failed(error: unknown): void {
  log.error('could not close', { stack: error instanceof Error ? error.stack : String(error) })
  process.exit(1)
}
