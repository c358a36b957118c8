import { Module } from '@nestjs/common'
import { Connection } from './connection.js'
import { LedgerService } from './ledger.service.js'

@Module({ providers: [Connection, LedgerService] })
export class LedgerModule {}
