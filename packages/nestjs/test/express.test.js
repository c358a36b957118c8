import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Get } from '@nestjs/common'
import { ExpressAdapter } from '@nestjs/platform-express'
import { noteExit, thread } from './fixtures/desk.js'
import { controllerOf, start } from './support/app.js'
import { describeHttp } from './support/http-suite.js'
import { isOpen, latch, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

describeHttp('Express', () => new ExpressAdapter())

const { version } = createRequire(import.meta.url)('@nestjs/core/package.json')
const skip = Number.parseInt(version, 10) < 12 && 'Nest 11 does not take one for a body'

test('an async generator, as Nest 12 takes it for a body, is produced inside the context', {
  skip,
}, async (t) => {
  const exited = latch()
  let openAtTheEnd
  async function* produce() {
    yield `${await noteExit(exited)} `
    for (let count = 0; count < 3; count += 1) yield `${await thread()} `
    openAtTheEnd = !isOpen(exited)
  }
  const controllers = [controllerOf({ items: { on: Get('/'), handle: () => produce() } })]
  const { url } = await start(t, { controllers })

  const threads = (await (await fetch(url)).text()).trim().split(' ')

  assert.equal(threads.length, 4)
  assert.equal(new Set(threads).size, 1)
  assert.equal(openAtTheEnd, true)
  await opened(exited)
})
