import { Module } from '@nestjs/common'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { Connection } from './connection.js'
import { LedgerController } from './ledger.controller.js'
import { LedgerService } from './ledger.service.js'
import { ledgerModule } from './ledger-module-file.js'

@Module({
  controllers: [LedgerController],
  imports: [
    SyncbridgeModule.forRoot({
      interceptor: { mount: true },
      threads: { leased: { maxThreads: 4 } },
    }),
    SyncbridgeModule.forThreads({ module: ledgerModule, services: [LedgerService] }),
  ],
  providers: [Connection, LedgerService],
})
export class AppModule {}
