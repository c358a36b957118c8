/** The examples of @syncbridge/nestjs's docstrings, and what stands around each. */
import { testExamples } from './support/run-examples.js'

/** An application of these, for as long as `use` takes. */
const application = `
import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
export async function serve(metadata, use) {
  class RootModule {}
  Module(metadata)(RootModule)
  const app = await NestFactory.create(RootModule, { abortOnError: false, logger: false })
  await app.listen(0, '127.0.0.1')
  const url = 'http://127.0.0.1:' + app.getHttpServer().address().port
  await use((path, options) => fetch(url + path, options), app)
  await app.close()
}
`

/** Opening fails outside a context, and what is opened on one thread is not on another. */
const reportFile = `
import { onContextExit, syncToAsync } from '@syncbridge/core'
let title
export const open = syncToAsync((name) => {
  title = name
  onContextExit(() => { title = undefined })
})
export const write = syncToAsync((text) => title + ': ' + text)
`

const ledgerModules = {
  'ledger.module.ts': `
import { Module } from '@nestjs/common'
import { LedgerService } from './ledger.service.js'
@Module({ providers: [LedgerService] })
export class LedgerModule {}
`,
  'app.module.ts': `
import { Module } from '@nestjs/common'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { LedgerService } from './ledger.service.js'
@Module({
  exports: [SyncbridgeModule],
  imports: [
    SyncbridgeModule.forRoot(),
    SyncbridgeModule.forThreads({
      module: new URL('./ledger.module.js', import.meta.url),
      services: [LedgerService],
    }),
  ],
  providers: [LedgerService],
})
export class AppModule {}
`,
}

testExamples('nestjs', {
  carryCls: {
    beside: {
      'application.js': application,
      'user.js': `
import { isMainThread } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
import { carryCls } from '@syncbridge/nestjs'
import { ClsServiceManager } from 'nestjs-cls'
// In the main thread the example does.
if (!isMainThread) carryCls()
export const user = syncToAsync(() => ClsServiceManager.getClsService().get('user'))
`,
      'run.js': `
import { ClsService } from 'nestjs-cls'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
import { user } from './user.js'
await serve({ imports: [AppModule] }, (_ask, app) => {
  const cls = app.get(ClsService)
  return cls.run(async () => {
    cls.set('user', 'alice')
    console.log(await user())
  })
})
`,
    },
    prints: 'alice',
  },

  getBridgedToken: {
    beside: {
      'run.js': `
import 'reflect-metadata'
await import('./ledger.test.js')
`,
      'ledger.service.ts': `
import { Injectable } from '@nestjs/common'
@Injectable()
export class LedgerService {}
`,
      ...ledgerModules,
    },
  },

  InjectBridged: {
    beside: {
      'application.js': application,
      ...ledgerModules,
      'run.js': `
import { stats } from '@syncbridge/core'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
import { Reports } from './reports.js'
await serve({ imports: [AppModule], providers: [Reports] }, async (_ask, app) => {
  const before = stats().calls.succeeded
  console.log(await app.get(Reports).total(), stats().calls.succeeded - before)
})
`,
    },
    prints: '8 2',
  },

  RunInThread: {
    beside: {
      'application.js': application,
      ...ledgerModules,
      'run.js': `
import { stats } from '@syncbridge/core'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
import { LedgerService } from './ledger.service.js'
await serve({ imports: [AppModule] }, async (_ask, app) => {
  const before = stats().calls.succeeded
  console.log(await app.get(LedgerService).balance('alice'), stats().calls.succeeded - before)
})
`,
    },
    prints: '5 1',
  },

  SkipBridge: {
    beside: {
      'application.js': application,
      'database.js': `
import { onContextExit, syncToAsync } from '@syncbridge/core'
export const ping = syncToAsync(() => {
  try {
    onContextExit(() => {})
    return 'in a context'
  } catch {
    return 'in none'
  }
})
`,
      'run.ts': `
import { Controller, Get } from '@nestjs/common'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { serve } from './application.js'
import { ping } from './database.js'
import { HealthController } from './health.controller.js'
@Controller('other')
class OtherController {
  @Get()
  check() {
    return ping()
  }
}
const imports = [SyncbridgeModule.forRoot({ interceptor: { mount: true } })]
await serve({ imports, controllers: [HealthController, OtherController] }, async (ask) => {
  for (const path of ['/health', '/other']) console.log(path, await (await ask(path)).text())
})
`,
    },
    prints: '/health in none\n/other in a context',
  },

  SyncbridgeHealthIndicator: {
    beside: {
      'application.js': application,
      'run.js': `
import { TerminusModule } from '@nestjs/terminus'
import { shutdown } from '@syncbridge/core'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { serve } from './application.js'
import { HealthController } from './health.controller.js'
const imports = [SyncbridgeModule.forRoot(), TerminusModule.forRoot({ logger: false })]
await serve({ imports, controllers: [HealthController] }, async (ask) => {
  const look = async () => (await (await ask('/health')).json()).details.syncbridge.status
  console.log(await look())
  await shutdown()
  console.log(await look())
})
`,
    },
    prints: 'up\ndown',
  },

  SyncbridgeInterceptor: {
    beside: {
      'application.js': application,
      'report-file.js': reportFile,
      'run.js': `
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { serve } from './application.js'
import { ReportsController } from './reports.controller.js'
await serve({ imports: [SyncbridgeModule.forRoot()], controllers: [ReportsController] }, async (ask) => {
  console.log(await (await ask('/reports')).text())
})
`,
    },
    prints: 'yearly: all is well',
  },

  SyncbridgeMiddleware: {
    beside: {
      'application.js': application,
      'run.ts': `
import { ThreadSensitiveContext } from '@syncbridge/core'
import { Controller, Get, UseGuards } from '@nestjs/common'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
const guard = {
  canActivate(execution) {
    const isInside = ThreadSensitiveContext.current() !== undefined
    console.log(execution.switchToHttp().getRequest().url, isInside)
    return true
  },
}
const controllers = ['accounts', 'others'].map((path) => {
  @Controller(path)
  @UseGuards(guard)
  class AnyController {
    @Get()
    get() {}
  }
  return AnyController
})
await serve({ imports: [AppModule], controllers }, async (ask) => {
  await ask('/accounts')
  await ask('/others')
})
`,
    },
    prints: '/accounts true\n/others false',
  },

  SyncbridgeModule: {
    beside: {
      'application.js': application,
      'report-file.js': reportFile,
      'run.ts': `
import { Controller, Get } from '@nestjs/common'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
import { open, write } from './report-file.js'
@Controller()
class ReportsController {
  @Get()
  async report() {
    await open('daily')
    return write('nothing new')
  }
}
await serve({ imports: [AppModule], controllers: [ReportsController] }, async (ask) => {
  console.log(await (await ask('/')).text())
})
`,
    },
    prints: 'daily: nothing new',
  },

  'SyncbridgeModule.forThreads': {
    beside: {
      'application.js': application,
      'run.js': `
import { stats } from '@syncbridge/core'
import { AppModule } from './app.module.js'
import { serve } from './application.js'
await serve({ imports: [AppModule] }, async (ask) => {
  const before = stats().calls.succeeded
  console.log(await (await ask('/', { method: 'POST' })).text(), stats().calls.succeeded - before)
})
`,
    },
    prints: '5 1',
  },

  SyncbridgeService: {
    beside: {
      'application.js': application,
      'report-file.js': reportFile,
      'run.js': `
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { serve } from './application.js'
import { NightlyReport } from './nightly-report.js'
await serve({ imports: [SyncbridgeModule.forRoot()], providers: [NightlyReport] }, async (_ask, app) => {
  console.log(await app.get(NightlyReport).make())
})
`,
    },
    prints: 'nightly: all is well',
  },

  Timeout: {
    beside: {
      'application.js': application,
      'render.js': `
import { existsSync } from 'node:fs'
import { syncToAsync } from '@syncbridge/core'
export const render = syncToAsync((name) => {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync('paper.txt')) Atomics.wait(pause, 0, 0, 10)
  return name
})
`,
      'run.js': `
import { writeFileSync } from 'node:fs'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { serve } from './application.js'
import { ReportsController } from './reports.controller.js'
const imports = [SyncbridgeModule.forRoot({ interceptor: { mount: true } })]
await serve({ imports, controllers: [ReportsController] }, async (ask) => {
  const yearly = ask('/reports/yearly')
  console.log('daily', (await ask('/reports/daily')).status)
  writeFileSync('paper.txt', '')
  console.log('yearly', (await yearly).status)
})
`,
    },
    prints: 'daily 504\nyearly 200',
  },
})
