import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { NestFactory } from '@nestjs/core'
import { configure, stats, ThreadSensitiveContext } from '@syncbridge/core'
import {
  carryCls,
  getBridgedToken,
  SyncbridgeModule,
  ThreadContainerError,
} from '@syncbridge/nestjs'
import { CLS_ID, ClsServiceManager } from 'nestjs-cls'
import { assign } from './fixtures/containers/desk.js'
import { moduleOf } from './support/app.js'
import { injectable } from './support/inject.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

let folder
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'syncbridge-nestjs-'))
  process.env.STORE = join(folder, 'store')
})
beforeEach(() => {
  process.env.DIARY = join(folder, 'diary')
  writeFileSync(process.env.DIARY, '')
})
after(() => rmSync(folder, { force: true, recursive: true }))

const diary = () => readFileSync(process.env.DIARY, 'utf8').trim().split('\n')

/** A class of that name and these methods, and the proxy of the service in the threads that it stands for. */
async function bridged(t, file, name, ...methods) {
  const Service = { [name]: class {} }[name]
  for (const method of methods) Service.prototype[method] = () => undefined
  injectable(Service)
  const threads = SyncbridgeModule.forThreads({
    logLevels: [],
    module: new URL(`./fixtures/containers/${file}.module.js`, import.meta.url),
    services: [Service],
  })
  const app = await NestFactory.createApplicationContext(
    moduleOf({ imports: [SyncbridgeModule.forRoot(), threads] }),
    { abortOnError: false, logger: false },
  )
  t.after(() => app.close())
  return { app, service: app.get(getBridgedToken(Service)) }
}

describe('a thread’s container', () => {
  test('boots with the first call, once a thread, and the call waits for its hooks', async (t) => {
    const { service } = await bridged(t, 'diary', 'DiaryService', 'read')
    assert.deepEqual(stats().threads, [])

    const inContext = () => new ThreadSensitiveContext().run(() => service.read())
    const both = await Promise.all([inContext(), inContext()])
    const again = await inContext()

    assert.equal(new Set(both.map(([thread]) => thread)).size, 2)
    for (const [thread] of [...both, again]) {
      assert.deepEqual(
        diary().filter((line) => line.endsWith(` ${thread}`)),
        ['constructed', 'onModuleInit', 'onApplicationBootstrap'].map(
          (hook) => `${hook} ${thread}`,
        ),
      )
    }
    assert.equal(diary().length, 6)
  })

  test('has its shutdown hooks run when the application closes', async (t) => {
    const { app, service } = await bridged(t, 'diary', 'DiaryService', 'read')
    const [thread] = await service.read()

    await app.close()

    assert.deepEqual(
      diary().slice(3),
      ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'].map(
        (hook) => `${hook} ${thread}`,
      ),
    )
    assert.deepEqual(stats().threads, [])
  })

  test('may import SyncbridgeModule, which leaves the bridge to the application', async (t) => {
    const warnings = []
    const warn = (warning) => warnings.push(warning.message)
    process.on('warning', warn)
    t.after(() => process.off('warning', warn))
    const { app, service } = await bridged(t, 'whole', 'WholeService', 'where')
    assert.notEqual(await service.where(), 0)
    await app.close()
    await new Promise(setImmediate)
    assert.deepEqual([warnings, stats().threads], [[], []])
  })

  test('serves a call that reaches a blocked thread, where it has been booted before', async (t) => {
    const { service } = await bridged(t, 'blocking', 'BlockingService', 'await', 'where')
    assign(() => service.where())
    const [outer, inner] = await new ThreadSensitiveContext().run(async () => [
      await service.where(),
      await service.await(),
    ])
    assert.equal(inner, outer)
  })

  test('can’t be booted on a blocked thread, which is said', async (t) => {
    const { service } = await bridged(t, 'blocking', 'BlockingService', 'await')
    const { service: other } = await bridged(t, 'diary', 'DiaryService', 'read')
    assign(() => other.read())
    await assert.rejects(
      new ThreadSensitiveContext().run(() => service.await()),
      { message: /The thread is blocked and can’t wait.*call one of its functions/ },
    )
  })
})

describe('a container whose boot outlasts its calls', () => {
  for (const [how, options, name] of [
    ['timeouts', () => ({ timeout: 100 }), 'CallTimeoutError'],
    ['callers', () => ({ signal: AbortSignal.timeout(100) }), 'TimeoutError'],
  ])
    test(`goes on after their ${how} have left, once a thread, and runs nothing of what was given up`, async (t) => {
      process.env.GATE = join(folder, `gate ${how}`)
      const { service } = await bridged(t, 'waiting', 'TransferService', 'transfer')
      // One thread: the next context would have another where this one has not been given back.
      configure({ grace: { abort: 20, timeout: 20 }, leased: { maxThreads: 1 } })
      t.after(() => configure({ grace: { abort: 5000, timeout: 1000 }, leased: { maxThreads: 8 } }))
      for (let round = 0; round < 5; round += 1) {
        await assert.rejects(
          new ThreadSensitiveContext().run(() => service.transfer.with(options())(round)),
          { name },
        )
      }
      writeFileSync(process.env.GATE, '')
      assert.equal(await new ThreadSensitiveContext().run(() => service.transfer(5)), 5)
      const lines = diary().map((line) => line.replace(/ \d+$/, ''))
      assert.deepEqual(lines, ['boots', 'transferred 5 on'])
    })
})

describe('a container that can’t boot says why to every call, at once', () => {
  for (const [how, file, name, message] of [
    [
      'a constructor that throws, by its class',
      'needy',
      'NeedyService',
      /NeedyModule could not start in the thread: its provider Store failed: Error: the store is closed/,
    ],
    [
      'a factory that rejects, by its token',
      'factory',
      'NeedyService',
      /FactoryModule could not start in the thread: its provider POOL failed: Error: no pool today/,
    ],
    [
      'a hook that rejects, by its class',
      'hooked',
      'HookedService',
      /onModuleInit of its provider HookedService failed: Error: no warehouse there/,
    ],
    [
      'a dependency that nobody provides',
      'missing',
      'NeedyService',
      /its provider NeedyService failed: .*can't resolve dependencies of the NeedyService/,
    ],
    [
      'a service that is made for each request',
      'requested',
      'RequestedService',
      /RequestedService is made anew for each request.*Local/,
    ],
    ['a service that is not there', 'diary', 'Absent', /No module that .* provides Absent/],
    ['a file without a module', 'none', 'Absent', /none\.module\.js exports no Nest module/],
    [
      'a file with several',
      'several',
      'Absent',
      /exports several Nest modules \(FirstModule, SecondModule\)/,
    ],
    [
      'a file that throws',
      'broken',
      'Absent',
      /broken\.module\.js could not be loaded.*this file is broken/,
    ],
    ['two classes of one name', 'unclear', 'Clerk', /2 classes are called Clerk \(in .*Module/],
  ]) {
    test(`${how}`, async (t) => {
      const { service } = await bridged(t, file, name, 'use')
      for (let call = 0; call < 2; call += 1) {
        await assert.rejects(service.use(), (error) => {
          assert.ok(error instanceof ThreadContainerError)
          assert.equal(error.code, 'SYNCBRIDGE_THREAD_CONTAINER')
          assert.match(error.message, message)
          return true
        })
      }
      assert.equal(stats().threads.length, 1)
    })
  }

  test('and is booted again behind a later call, when what was down may be up', async (t) => {
    const { service } = await bridged(t, 'needy', 'NeedyService', 'use')
    await assert.rejects(service.use(), { message: /the store is closed/ })
    writeFileSync(process.env.STORE, 'open')
    t.after(() => rmSync(process.env.STORE))

    let answer
    while (answer === undefined) {
      answer = await service.use().catch(() => undefined)
      // The thread may look again a second after it has failed.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }

    assert.equal(answer, 'used')
    assert.equal(stats().threads.length, 1)
  })
})

test('of two classes of one name, the one that the module’s file exports under it is meant', async (t) => {
  const { service } = await bridged(t, 'namesakes', 'Clerk', 'answer')
  assert.equal(await service.answer(), 'the one')
})

test('carryCls() takes the store of nestjs-cls into the threads, and brings back what is set there', async (t) => {
  carryCls()
  const { service } = await bridged(t, 'cls', 'ClsReader', 'read')
  const cls = ClsServiceManager.getClsService()
  const runAs = (user) =>
    cls.run(async () => {
      cls.set(CLS_ID, `id of ${user}`)
      cls.set('user', user)
      cls.set('request', { socket: () => {} })
      const answer = await service.read()
      await service.read()
      assert.equal(typeof cls.get('request').socket, 'function')
      return [...answer, cls.get('seen').length]
    })

  assert.deepEqual(await Promise.all(['alice', 'bob'].map(runAs)), [
    ['id of alice', 'alice', 2],
    ['id of bob', 'bob', 2],
  ])
})
