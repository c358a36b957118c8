import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import { Get, Inject, Injectable, InternalServerErrorException } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js'
import { RpcException } from '@nestjs/microservices'
import { Test } from '@nestjs/testing'
import { WsException } from '@nestjs/websockets'
import { stats, ThreadSensitiveContext } from '@syncbridge/core'
import { SyncbridgeInterceptor, SyncbridgeModule, SyncbridgeService } from '@syncbridge/nestjs'
import { lastValueFrom, Observable, throwError } from 'rxjs'
import { leave, noteExit, thread, waitFor } from './fixtures/desk.js'
import { controllerOf, moduleOf, start } from './support/app.js'
import { isOpen, latch, open, opened, signal } from './support/latch.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

const quiet = { abortOnError: false, logger: false }
const threadIds = { threads: { on: Get('/'), handle: async () => [await thread()] } }
const inContext = {
  look: { on: Get('/'), handle: () => [Boolean(ThreadSensitiveContext.current())] },
}

class MountedOptions {
  createSyncbridgeOptions() {
    return { interceptor: { mount: true } }
  }
}
Injectable()(MountedOptions)

class Settings {
  mount = true
}
Injectable()(Settings)

describe('forRootAsync takes the options', () => {
  const settings = moduleOf({
    exports: [Settings, MountedOptions],
    imports: [],
    providers: [Settings, MountedOptions],
  })
  for (const [way, options] of [
    [
      'from useFactory, with what it injects',
      {
        imports: [settings],
        inject: [Settings],
        useFactory: async ({ mount }) => ({ interceptor: { mount } }),
      },
    ],
    ['from a class', { useClass: MountedOptions }],
    ['from a provider that exists', { imports: [settings], useExisting: MountedOptions }],
  ]) {
    test(way, async (t) => {
      const { url } = await start(t, {
        controllers: [controllerOf(inContext)],
        imports: [SyncbridgeModule.forRootAsync(options)],
      })

      assert.deepEqual(await (await fetch(url)).json(), [true])
    })
  }

  test('and refuses none and several of them', () => {
    const message = /exactly one of useFactory, useClass and useExisting/
    const several = { useClass: MountedOptions, useFactory: () => ({}) }
    assert.throws(() => SyncbridgeModule.forRootAsync({}), { message, name: 'TypeError' })
    assert.throws(() => SyncbridgeModule.forRootAsync(several), { message, name: 'TypeError' })
  })

  test('and checks what they resolve to', async () => {
    const module = moduleOf({
      imports: [
        SyncbridgeModule.forRootAsync({ useFactory: () => ({ interceptor: { timeout: -1 } }) }),
      ],
    })
    await assert.rejects(NestFactory.createApplicationContext(module, quiet), {
      message: /'interceptor.timeout' must be a positive number of milliseconds, not -1/,
    })
  })
})

describe('an option', () => {
  for (const [options, message] of [
    [
      { intercept: {} },
      /unknown option 'intercept'; known are interceptor, middleware, shutdown, threads/,
    ],
    [{ interceptor: { mounted: true } }, /unknown option 'interceptor.mounted'/],
    [{ shutdown: { timeout: 0 } }, /'shutdown.timeout' must be a positive number/],
  ]) {
    test(`that is wrong is refused: ${JSON.stringify(options)}`, () => {
      assert.throws(() => SyncbridgeModule.forRoot(options), { message, name: 'TypeError' })
    })
  }

  const none = (...names) => Object.fromEntries(names.map((name) => [name, undefined]))
  test('that is undefined is as good as absent, on every level and in every way to give it', async () => {
    for (const options of [
      undefined,
      none('interceptor', 'middleware', 'shutdown', 'threads'),
      {
        interceptor: none('mount', 'timeout'),
        middleware: none('mount'),
        shutdown: none('drain', 'timeout'),
        threads: { ...none('setup', 'env'), pool: none('maxThreads') },
      },
    ]) {
      for (const module of [
        SyncbridgeModule.forRoot(options),
        SyncbridgeModule.forRootAsync({
          ...none('imports', 'inject', 'useClass', 'useExisting'),
          useFactory: () => options,
        }),
      ]) {
        const app = await NestFactory.createApplicationContext(
          moduleOf({ imports: [module] }),
          quiet,
        )
        const bridge = app.get(SyncbridgeService)
        assert.notEqual(await bridge.run(() => thread(), none('signal', 'timeout')), undefined)
        await app.close()
      }
    }
  })
})

describe('closing', () => {
  const bridgeModule = (options) => moduleOf({ imports: [SyncbridgeModule.forRoot(options)] })
  const createApp = (options) => NestFactory.createApplicationContext(bridgeModule(options), quiet)

  test('the application lets the running calls finish and ends the threads', async () => {
    const app = await createApp()
    const started = latch()
    const done = latch()
    const call = waitFor(started, done)
    await opened(started)

    const closing = app.close()
    open(done)

    assert.notEqual(await call, 0)
    await closing
    assert.deepEqual(stats().threads, [])
  })

  test('ends calls that are still running at the timeout', async () => {
    const app = await createApp({ shutdown: { timeout: 50 } })
    const started = latch()
    const call = waitFor(started, latch())
    const outcome = call.catch(({ code }) => code)
    await opened(started)

    await app.close()

    assert.equal(await outcome, 'SYNCBRIDGE_CLOSED')
    assert.deepEqual(stats().threads, [])
  })

  test('one of two applications leaves the threads to the other', async () => {
    const [first, second] = [await createApp(), await createApp()]
    const before = await thread()

    await first.close()
    assert.equal(await thread(), before)
    await second.close()
    assert.deepEqual(stats().threads, [])
  })

  test('leaves the threads alone where draining is off', async () => {
    const first = await createApp({ shutdown: { drain: false } })
    const before = await thread()
    await first.close()
    assert.equal(await thread(), before)

    await (await createApp()).close()
    assert.deepEqual(stats().threads, [])
  })

  test('an application that is created while another one drains gets threads', async () => {
    const first = await createApp()
    const started = latch()
    const done = latch()
    const call = waitFor(started, done)
    await opened(started)
    const closing = first.close()

    const creating = createApp()
    open(done)
    await call
    const second = await creating
    await closing

    assert.notEqual(await thread(), 0)
    await second.close()
    assert.deepEqual(stats().threads, [])
  })

  test('fifty applications, one after the other, leaks no thread', async (t) => {
    const seen = new Set()
    for (let count = 0; count < 50; count += 1) {
      await t.test(`application ${count + 1}`, async (t) => {
        const { app, url } = await start(t, { controllers: [controllerOf(threadIds)] })
        seen.add((await (await fetch(url)).json())[0])
        await app.close()
        assert.deepEqual(stats().threads, [])
      })
    }
    assert.equal(seen.size, 50)
  })
})

describe('SyncbridgeService', () => {
  test('is injectable anywhere, and runs work in a context of its own', async (t) => {
    class Job {
      constructor(bridge) {
        this.bridge = bridge
      }
    }
    Injectable()(Job)
    Inject(SyncbridgeService)(Job, undefined, 0)
    const module = await Test.createTestingModule({
      imports: [SyncbridgeModule.forRoot()],
      providers: [Job],
    }).compile()
    await module.init()
    t.after(() => module.close())
    const { bridge } = module.get(Job)
    const exited = latch()

    const threads = await bridge.run(async (context) => {
      assert.equal(context, ThreadSensitiveContext.current())
      return [await noteExit(exited), await thread()]
    })
    await opened(exited)

    assert.equal(threads[1], threads[0])
    assert.deepEqual(
      bridge.stats().threads.map(({ id, role }) => [id, role]),
      [[threads[0], 'leased']],
    )
  })
})

for (const [type, Exception, bodyOf] of [
  ['rpc', RpcException, (error) => error.getError()],
  ['ws', WsException, (error) => error.getError()],
  ['graphql', InternalServerErrorException, (error) => error.getResponse()],
]) {
  describe(`in a context of type ${type}`, () => {
    async function interceptorFor(t) {
      const module = await Test.createTestingModule({
        imports: [SyncbridgeModule.forRoot()],
      }).compile()
      await module.init()
      t.after(() => module.close())
      const execution = new ExecutionContextHost([{}], Object, () => {})
      execution.setType(type)
      const interceptor = module.get(SyncbridgeInterceptor)
      return (handle) => interceptor.intercept(execution, { handle })
    }

    test('the handler’s Observable is produced inside one context, which ends with it', async (t) => {
      const intercept = await interceptorFor(t)
      const exited = latch()
      const seen = []

      const result = intercept(
        () =>
          new Observable((values) => {
            const produce = async () => {
              values.next(await noteExit(exited))
              values.next(await thread())
              values.complete()
            }
            produce()
          }),
      )
      result.subscribe((value) => seen.push(value))
      await opened(exited)

      assert.equal(seen.length, 2)
      assert.equal(seen[1], seen[0])
    })

    test('unsubscribing aborts the signal and ends the context', async (t) => {
      const intercept = await interceptorFor(t)
      const exited = latch()
      const registered = signal()
      let contextSignal
      const result = intercept(
        () =>
          new Observable(() => {
            contextSignal = ThreadSensitiveContext.current().signal
            noteExit(exited).then(registered.resolve)
          }),
      )

      const subscription = result.subscribe()
      await registered.promise
      assert.equal(isOpen(exited), false)
      subscription.unsubscribe()

      assert.equal(contextSignal.aborted, true)
      await opened(exited)
    })

    test(`an error of the bridge becomes a ${Exception.name}`, async (t) => {
      const intercept = await interceptorFor(t)
      const result = intercept(
        () => new Observable((values) => void leave(3).catch((error) => values.error(error))),
      )

      await assert.rejects(lastValueFrom(result), (error) => {
        assert.ok(error instanceof Exception)
        assert.deepEqual(bodyOf(error), { message: 'Internal Server Error', statusCode: 500 })
        assert.equal(error.cause.code, 'SYNCBRIDGE_THREAD_EXITED')
        return true
      })
    })

    test('any other error stays what it is', async (t) => {
      const intercept = await interceptorFor(t)
      const own = new Error('of the application')
      await assert.rejects(
        lastValueFrom(intercept(() => throwError(() => own))),
        (error) => error === own,
      )
    })
  })
}

test('the CommonJS build works beside the ESM one', async (t) => {
  const require = createRequire(import.meta.url)
  const cjs = require('@syncbridge/nestjs')
  const module = await Test.createTestingModule({
    imports: [cjs.SyncbridgeModule.forRoot()],
  }).compile()
  await module.init()
  t.after(() => module.close())

  const threads = await module
    .get(cjs.SyncbridgeService)
    .run(async () => [await thread(), await thread()])

  assert.equal(threads[1], threads[0])
})
