import { threadId } from 'node:worker_threads'
import { Injectable, NotFoundException } from '@nestjs/common'
import { onContextExit } from '@syncbridge/core'
import { RunInThread } from '@syncbridge/nestjs'
import { Connection } from './connection.js'

@Injectable()
export class LedgerService {
  constructor(private readonly connection: Connection) {}

  begin(): void {
    const { db } = this.connection
    db.exec('BEGIN IMMEDIATE')
    onContextExit(() => {
      if (db.isTransaction) db.exec('ROLLBACK')
    })
  }

  post(transfer: string, account: string, cents: number): number {
    const sql = 'INSERT INTO posting (transfer, account, cents) VALUES (?, ?, ?)'
    this.connection.db.prepare(sql).run(transfer, account, cents)
    return threadId
  }

  commit(): void {
    this.connection.db.exec('COMMIT')
  }

  balances(): { account: string; cents: number }[] {
    const sql = 'SELECT account, sum(cents) AS cents FROM posting GROUP BY account ORDER BY account'
    return this.connection.db
      .prepare(sql)
      .all()
      .map((row) => ({ account: String(row.account), cents: Number(row.cents) }))
  }

  find(account: string): string {
    throw new NotFoundException(`no account ${account}`)
  }

  @RunInThread()
  where(): number | Promise<number> {
    return threadId
  }
}
