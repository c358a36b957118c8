import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { closeLedger, ledger, row } from '../ledger/connection.js'
import { schema, schemaVersion } from '../ledger/schema.js'
import { seed } from '../seed/seed.js'
import { StartupError } from './startup-error.js'

/**
 * Makes sure that there is a healthy ledger in `file`, and fills a new one with demo data; leaves no connection open.
 *
 * @throws StartupError for a folder that can't be written or a database that is damaged or not the desk's.
 */
export function prepareLedger(file: string): void {
  makeFolder(dirname(file))
  try {
    checkHealth(file)
    createIfNew(file)
  } catch (error) {
    if (error instanceof StartupError) throw error
    throw new StartupError(`The database ${file} can't be used: ${reasonOf(error)}. ${remedy}`, {
      cause: error,
    })
  } finally {
    closeLedger()
  }
}

const remedy = 'Restore it from a backup, or delete it to start again with demo data.'

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartupError(
      `The data folder ${folder} can't be written (${codeOf(error)}): choose another with --data.`,
      { cause: error },
    )
  }
}

function checkHealth(file: string): void {
  let found: string | undefined
  try {
    found = row<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check
  } catch (error) {
    found = reasonOf(error)
  }
  if (found === 'ok') return
  const line = found?.replace('*** in database main ***', '').replaceAll(/\s+/g, ' ').trim()
  throw new StartupError(`The database ${file} is damaged: ${line}. ${remedy}`)
}

function createIfNew(file: string): void {
  // All or nothing: interrupted half-way, the file is as new as before, and two desks started at once seed it once.
  ledger().exec('BEGIN IMMEDIATE')
  const version = row<{ user_version: number }>('PRAGMA user_version')?.user_version
  if (version === 0) {
    ledger().exec(schema)
    seed(new Date())
    ledger().exec(`PRAGMA user_version = ${schemaVersion}`)
  } else if (version !== schemaVersion) {
    throw new StartupError(
      `The database ${file} has tables of version ${version}, and this desk knows version ${schemaVersion}: choose another folder with --data.`,
    )
  }
  ledger().exec('COMMIT')
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
