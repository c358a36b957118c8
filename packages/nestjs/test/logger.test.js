import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Get, Logger } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { leave, thread } from './fixtures/desk.js'
import { controllerOf, moduleOf } from './support/app.js'

test('the application’s log tells what the bridge does: refusals with their reason, and the end', async (t) => {
  const lines = []
  const note = (level) => (message, context) => {
    if (context === 'Syncbridge') lines.push(`${level} ${message}`)
  }
  const logger = Object.fromEntries(
    ['debug', 'error', 'fatal', 'log', 'verbose', 'warn'].map((level) => [level, note(level)]),
  )
  const handlers = {
    leave: { on: Get('/leave'), handle: () => leave(3) },
    thread: { on: Get('/thread'), handle: async () => [await thread()] },
  }
  const app = await NestFactory.create(moduleOf({ controllers: [controllerOf(handlers)] }), {
    logger,
  })
  t.after(() => Logger.overrideLogger(false))
  await app.listen(0, '127.0.0.1')
  const { port } = app.getHttpServer().address()

  await fetch(`http://127.0.0.1:${port}/leave`)
  await fetch(`http://127.0.0.1:${port}/thread`)
  await app.close()

  assert.equal(lines.length, 2)
  assert.match(lines[0], /^warn 500 for TestController\.\w*: leave .* exit code 3/)
  assert.match(lines[1], /^log Ending 1 threads?; 0 calls are pending/)
})
