import { DatabaseSync } from 'node:sqlite'
import { Injectable, type OnModuleDestroy } from '@nestjs/common'

@Injectable()
export class Connection implements OnModuleDestroy {
  readonly db = new DatabaseSync(process.env.LEDGER_FILE ?? ':memory:')

  constructor() {
    this.db.exec('PRAGMA busy_timeout = 20000')
    this.db.exec('CREATE TABLE IF NOT EXISTS posting (transfer TEXT, account TEXT, cents INTEGER)')
  }

  onModuleDestroy(): void {
    this.db.close()
  }
}
