import 'reflect-metadata'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { syncToAsync } from '@syncbridge/core'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

test('a module that is bridged by its URL can be a provider, before and after its exports are known', async () => {
  const images = syncToAsync(new URL('./fixtures/images.js', import.meta.url))
  class AppModule {}
  Module({ providers: [{ provide: 'images', useValue: images }] })(AppModule)
  for (const _ of ['before', 'after']) {
    const app = await NestFactory.createApplicationContext(AppModule, {
      abortOnError: false,
      logger: false,
    })
    assert.equal(app.get('images'), images)
    assert.equal(await app.get('images').sizeOf('a picture'), 9)
    await app.close()
  }
})
