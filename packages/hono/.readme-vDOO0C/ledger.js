// ledger.js
import { DatabaseSync } from 'node:sqlite'
import { onContextExit, syncToAsync } from '@syncbridge/core'

// Each thread that loads this module has a connection of its own.
export const db = new DatabaseSync('ledger.db')
db.exec('PRAGMA busy_timeout = 5000')
db.exec('CREATE TABLE IF NOT EXISTS posting (account TEXT, cents INTEGER)')

export const begin = syncToAsync(function begin() {
  db.exec('BEGIN IMMEDIATE')
  onContextExit(() => {
    if (db.isTransaction) db.exec('ROLLBACK')
  })
})

export const post = syncToAsync(function post(account, cents) {
  db.prepare('INSERT INTO posting VALUES (?, ?)').run(account, cents)
})

export const commit = syncToAsync(function commit() {
  db.exec('COMMIT')
})

export const balance = syncToAsync(function balance(account) {
  return db.prepare('SELECT total(cents) AS cents FROM posting WHERE account = ?').get(account)
    .cents
})
