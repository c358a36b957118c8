import 'reflect-metadata'
import { Controller, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { SyncbridgeModule } from '@syncbridge/nestjs'

/** Express, or what the row of a matrix is about. */
function defaultAdapter() {
  return process.env.NEST_PLATFORM === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()
}

const mounted = { interceptor: { mount: true } }

/** What `@Decorator() method(@Param() …)` does, in a language without decorators. */
export function decorateMethod(Class, name, decorators, parameters = []) {
  const descriptor = Object.getOwnPropertyDescriptor(Class.prototype, name)
  for (const decorate of decorators) decorate(Class.prototype, name, descriptor)
  parameters.forEach((decorate, index) => {
    decorate(Class.prototype, name, index)
  })
}

/** A controller from `{ name: { on: decorator or decorators, params, handle } }`. */
export function controllerOf(handlers, decorators = []) {
  class TestController {}
  for (const [name, { on, params, handle }] of Object.entries(handlers)) {
    Object.defineProperty(TestController.prototype, name, {
      configurable: true,
      value: handle,
      writable: true,
    })
    decorateMethod(TestController, name, [on].flat(), params)
  }
  for (const decorate of [Controller(), ...decorators]) decorate(TestController)
  return TestController
}

export function moduleOf(metadata) {
  class TestModule {}
  Module({ imports: [SyncbridgeModule.forRoot(mounted)], ...metadata })(TestModule)
  return TestModule
}

/** An application that is listening; it is closed with the test. */
export async function start(t, metadata, { adapter, setup } = {}) {
  const options = { abortOnError: false, logger: false }
  const module = moduleOf(metadata)
  const app = await NestFactory.create(module, adapter ?? defaultAdapter(), options)
  setup?.(app)
  t.after(() => app.close())
  await app.listen(0, '127.0.0.1')
  const { port } = app.getHttpServer().address()
  return { app, url: `http://127.0.0.1:${port}` }
}
