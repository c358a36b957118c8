import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Get } from '@nestjs/common'
import { noteExit, thread } from './fixtures/desk.js'
import { controllerOf, start } from './support/app.js'
import { describeHttp } from './support/http-suite.js'
import { isOpen, latch, opened } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

describeHttp('Express', () => undefined)

test('an async generator, as Nest 12 takes it for a body, is produced inside the context', async (t) => {
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
