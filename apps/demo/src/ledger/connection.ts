import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { LedgerBusyError } from '../desk-error.js'

// One connection a thread, opened by the first statement that needs it. A transaction belongs to its connection, so it
// belongs to its thread, and a request that holds its thread holds its transaction.
let own: DatabaseSync | undefined

/** This thread's connection to the ledger. */
export function ledger(): DatabaseSync {
  own ??= open(ledgerFile())
  return own
}

/** Closes this thread's connection; the next statement opens another. */
export function closeLedger(): void {
  own?.close()
  own = undefined
}

/** Every row that `sql` finds. */
export function rows<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
  return ledger()
    .prepare(sql)
    .all(...values) as Row[]
}

/** The first row that `sql` finds. */
export function row<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
  return ledger()
    .prepare(sql)
    .get(...values) as Row | undefined
}

/**
 * Runs `sql` and returns the id of the row it inserted, if it did.
 *
 * @throws LedgerBusyError when another connection keeps the ledger locked for too long.
 */
export function write(sql: string, ...values: SQLInputValue[]): number {
  try {
    return Number(
      ledger()
        .prepare(sql)
        .run(...values).lastInsertRowid,
    )
  } catch (error) {
    throw isBusy(error) ? new LedgerBusyError({ cause: error }) : error
  }
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000, enableForeignKeyConstraints: true })
  // Write-ahead logging: readers never wait for the writer, nor it for them.
  database.exec('PRAGMA journal_mode = WAL')
  return database
}

// The environment is what every thread of the process has in common from its start.
function ledgerFile(): string {
  const file = process.env.LEDGER_FILE
  if (file === undefined) throw new Error('LEDGER_FILE is not set: open the desk with startDesk().')
  return file
}
