/** The Nest application that is measured: `server.ts with|without waiting|computing`. */
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { bridged, type Kind, kinds } from './work.ts'

const isBridged = process.argv[2] === 'with'
const kind = process.argv[3] as Kind

class AppController {
  block(): number | Promise<number> {
    return isBridged ? bridged[kind]() : kinds[kind]()
  }

  quick(): string {
    return 'quick'
  }
}

// What decorators do, which Node's own TypeScript does not know.
for (const name of ['block', 'quick'] as const) {
  const descriptor = Object.getOwnPropertyDescriptor(AppController.prototype, name)
  Get(name)(AppController.prototype, name, descriptor ?? {})
}
Controller()(AppController)

class AppModule {}
Module({
  controllers: [AppController],
  imports: isBridged ? [SyncbridgeModule.forRoot({ interceptor: { mount: true } })] : [],
})(AppModule)

const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
process.send?.(app.getHttpServer().address().port)
process.once('disconnect', () => process.exit())
