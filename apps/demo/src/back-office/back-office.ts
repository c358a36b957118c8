import 'reflect-metadata'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type LoggerService, StandardSchemaValidationPipe } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express'
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { refuseForeign } from '../doors/foreign-request.js'
import { invalidInput } from '../doors/input.js'
import { inRequestScope } from '../doors/request-scope.js'
import { log } from '../logging/log.js'
import { BackOfficeModule } from './back-office.module.js'

const publicFolder = fileURLToPath(new URL('../../public/', import.meta.url))

export type BackOffice = { server: Server; close(): Promise<void> }

/** The front door for the staff's programs: a NestJS app, ready to listen. */
export async function backOffice(): Promise<BackOffice> {
  const app = await NestFactory.create<NestExpressApplication>(
    BackOfficeModule,
    new ExpressAdapter(),
    { abortOnError: false, bodyParser: false, logger: nestLogger },
  )
  app.use((request: IncomingMessage, response: ServerResponse, next: () => void) =>
    inRequestScope(
      { door: 'nest', method: request.method ?? '', path: request.url?.split('?')[0] ?? '' },
      (id, done) => {
        response.setHeader('x-request-id', id)
        response.once('close', () => done(response.statusCode))
        next()
      },
    ),
  )
  app.use((request: IncomingMessage, _: ServerResponse, next: () => void) => {
    refuseForeign(request.method ?? '', request.headers['sec-fetch-site'] as string | undefined)
    next()
  })
  app.disable('x-powered-by')
  app.useBodyParser('json', { limit: '64kb' })
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: invalidInput }))
  app.useStaticAssets(publicFolder, { prefix: '/assets/' })
  describe(app)
  await app.init()
  return { server: app.getHttpServer(), close: () => app.close() }
}

/** The OpenAPI page at /docs, its JSON at /docs-json. */
function describe(app: NestExpressApplication): void {
  const config = new DocumentBuilder().setTitle('Invoice desk, back office').addBearerAuth().build()
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config))
}

// Nest tells at length how it starts; that belongs to the desk's own log, at its levels.
const nestLogger: LoggerService = {
  log: (message) => log.debug(String(message)),
  warn: (message) => log.warn(String(message)),
  error: (message) => log.error(String(message)),
}
