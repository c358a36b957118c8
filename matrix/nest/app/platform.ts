import type { INestApplication } from '@nestjs/common'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { TestingModule } from '@nestjs/testing'

/** On the platform that the row of the matrix is about. */
export function createApp(testing: TestingModule): INestApplication {
  const adapter =
    process.env.NEST_PLATFORM === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()
  return testing.createNestApplication(adapter, { logger: false })
}
