import { Module } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import { TerminusModule } from '@nestjs/terminus'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { HealthController } from './health.controller.js'
import { InvoicesController } from './invoices.controller.js'
import { LedgerController } from './ledger.controller.js'
import { PageController } from './page.controller.js'
import { ProblemFilter } from './problem.filter.js'
import { SessionGuard } from './session.guard.js'
import { SignInController } from './sign-in.controller.js'
import { StatementsController } from './statements.controller.js'
import { UsersController } from './users.controller.js'
import { UsersService } from './users.service.js'

@Module({
  imports: [
    // One `ThreadSensitiveContext` a request: what it bridges runs on a thread, and a connection, of its own.
    SyncbridgeModule.forRoot({ interceptor: { mount: true } }),
    // A service that blocks, with all that it injects, in the threads.
    SyncbridgeModule.forThreads({
      module: new URL('./thread.module.js', import.meta.url),
      services: [UsersService],
    }),
    TerminusModule.forRoot({ logger: false }),
  ],
  controllers: [
    HealthController,
    InvoicesController,
    LedgerController,
    PageController,
    SignInController,
    StatementsController,
    UsersController,
  ],
  providers: [SessionGuard, { provide: APP_FILTER, useClass: ProblemFilter }],
})
export class BackOfficeModule {}
