import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { configure, shutdown, stats } from '@syncbridge/core'
import { getBridgedToken, InjectBridged, SyncbridgeModule } from '@syncbridge/nestjs'
import { Connection } from './fixtures/ledger/connection.js'
import { LedgerService, request } from './fixtures/ledger/ledger.service.js'
import { controllerOf, moduleOf, start } from './support/app.js'
import { injectable } from './support/inject.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

const mounted = SyncbridgeModule.forRoot({ interceptor: { mount: true } })
const ledgerThreads = SyncbridgeModule.forThreads({
  module: new URL('./fixtures/ledger/ledger.module.js', import.meta.url),
  services: [LedgerService],
})

let folder
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'syncbridge-nestjs-'))
  process.env.LEDGER_FILE = join(folder, 'ledger.db')
  const db = new DatabaseSync(process.env.LEDGER_FILE)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('CREATE TABLE posting (transfer TEXT, account TEXT, cents INTEGER)')
  db.close()
})
after(() => rmSync(folder, { force: true, recursive: true }))

const query = (sql) => {
  const db = new DatabaseSync(process.env.LEDGER_FILE)
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

function usingLedger(handlers) {
  const TransferController = controllerOf(handlers)
  InjectBridged(LedgerService)(TransferController.prototype, 'ledger')
  return TransferController
}

const transfer = {
  on: Get('transfer/:id'),
  params: [Param('id')],
  async handle(id) {
    request.transfer = id
    request.inContext = true
    await this.ledger.begin()
    const threads = [await this.ledger.post('alice', -5), await this.ledger.post('bob', 5)]
    await this.ledger.commit()
    return threads
  },
}

describe('a service that lives in the threads', () => {
  test('keeps 200 transfers of four calls each apart, and all are balanced', async (t) => {
    // Writers of one SQLite file take turns: more threads would only wait longer.
    const threads = { leased: { maxThreads: 4 } }
    const root = SyncbridgeModule.forRoot({ interceptor: { mount: true }, threads })
    const { url } = await start(t, {
      controllers: [usingLedger({ transfer })],
      imports: [root, ledgerThreads],
    })
    const ids = Array.from({ length: 200 }, (_, index) => `transfer-${index}`)

    const answers = await Promise.all(
      ids.map(async (id) => {
        const response = await fetch(`${url}/transfer/${id}`)
        assert.equal(response.status, 200)
        return response.json()
      }),
    )

    for (const [first, second] of answers) assert.equal(second, first)
    assert.ok(new Set(answers.flat()).size > 1)
    const rows = query('SELECT transfer, account, cents FROM posting ORDER BY rowid')
    assert.equal(rows.length, 400)
    for (let at = 0; at < 400; at += 2) {
      assert.equal(rows[at].transfer, rows[at + 1].transfer)
      assert.equal(rows[at].cents + rows[at + 1].cents, 0)
    }
    assert.equal(new Set(rows.map((row) => row.transfer)).size, 200)
  })

  test('without the interceptor, the same transfers come between each other', async (t) => {
    const beginWithout = {
      ...transfer,
      async handle(id) {
        request.transfer = id
        await this.ledger.begin()
        await this.ledger.post('alice', -5)
        await this.ledger.post('bob', 5)
        await this.ledger.commit()
      },
    }
    const { url } = await start(t, {
      controllers: [usingLedger({ transfer: beginWithout })],
      imports: [SyncbridgeModule.forRoot(), ledgerThreads],
    })

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => fetch(`${url}/transfer/loose-${index}`)),
    )

    assert.ok(answers.some(({ status }) => status === 500))
  })

  test('runs in the thread of its request, in a container with a connection of its own', async (t) => {
    const { url } = await start(t, {
      controllers: [
        usingLedger({
          where: {
            on: Get('/'),
            async handle() {
              return [await this.ledger.where(), await this.ledger.where()]
            },
          },
        }),
      ],
      imports: [mounted, ledgerThreads],
    })

    const [[first, itsConnection], second] = await (await fetch(url)).json()

    assert.notEqual(first, 0)
    assert.equal(itsConnection, first)
    assert.deepEqual(second, [first, first])
  })

  test('throws Nest’s exceptions as what they are', async (t) => {
    const { url } = await start(t, {
      controllers: [
        usingLedger({
          find: {
            on: Get('/'),
            handle() {
              return this.ledger.find('carol')
            },
          },
        }),
      ],
      imports: [mounted, ledgerThreads],
    })

    const response = await fetch(url)

    assert.equal(response.status, 404)
    assert.equal((await response.json()).message, 'no account carol')
  })

  test('has methods that are synchronous: others are refused by name, and those that say so never begin', async (t) => {
    const ledger = await bridged(t, [ledgerThreads])
    const remedy = /The methods of a service that runs in threads are synchronous: .* asyncToSync/
    for (const [call, what] of [
      [ledger.later, /^LedgerService\.later is async\. /],
      [ledger.promised, /^LedgerService\.promised returned a promise\. /],
    ])
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof TypeError)
        assert.match(error.message, what)
        assert.match(error.message, remedy)
        return true
      })
    assert.equal(await ledger.hasBegun(), false)
  })

  test('gives what an async generator method yields', async (t) => {
    const ledger = await bridged(t, [ledgerThreads])
    const seen = []
    for await (const number of ledger.stream(3)) seen.push(number)
    assert.deepEqual(seen, [1, 2, 3])
  })

  test('gives what a generator method yields, one by one', async (t) => {
    const ledger = await bridged(t, [ledgerThreads])
    const seen = []
    for await (const number of ledger.count(3)) seen.push(number)
    assert.deepEqual(seen, [1, 2, 3])
  })

  test('takes options for a single call', async (t) => {
    const ledger = await bridged(t, [ledgerThreads])
    const signal = AbortSignal.abort(new Error('no longer wanted'))
    await assert.rejects(ledger.where.with({ signal })(), { message: 'no longer wanted' })
  })

  test('is not mistaken by Nest for one with lifecycle hooks of its own', async (t) => {
    const ledger = await bridged(t, [ledgerThreads])
    assert.deepEqual(Object.keys(ledger).sort(), [
      'begin',
      'commit',
      'count',
      'find',
      'hasBegun',
      'later',
      'marked',
      'post',
      'promised',
      'stream',
      'unmarked',
      'where',
    ])
    assert.equal(ledger.post.name, 'LedgerService.post')
  })
})

async function bridged(t, imports, Service = LedgerService) {
  const module = moduleOf({ imports: [mounted, ...imports] })
  const app = await NestFactory.createApplicationContext(module, {
    abortOnError: false,
    logger: false,
  })
  t.after(() => app.close())
  return app.get(getBridgedToken(Service))
}

describe('@RunInThread()', () => {
  const app = async (t, metadata) => {
    const testing = await Test.createTestingModule({
      imports: [mounted, ledgerThreads],
      providers: [Connection, LedgerService],
      ...metadata,
    }).compile()
    await testing.init()
    t.after(() => testing.close())
    return testing
  }

  test('has a method of an injected service run in the thread, and leaves the others where they are', async (t) => {
    const ledger = (await app(t)).get(LedgerService)
    const [thread, connection] = await ledger.marked()
    assert.notEqual(thread, 0)
    assert.equal(connection, thread)
    assert.deepEqual(ledger.unmarked(), [0, 0])
  })

  test('does the same where a factory makes the service', async (t) => {
    const providers = [
      Connection,
      {
        inject: [Connection],
        provide: LedgerService,
        useFactory: (connection) => new LedgerService(connection),
      },
    ]
    const [thread] = await (await app(t, { providers })).get(LedgerService).marked()
    assert.notEqual(thread, 0)
  })

  test('is refused at the start where no forThreads() names the service', async () => {
    const module = moduleOf({ imports: [mounted], providers: [Connection, LedgerService] })
    await assert.rejects(
      NestFactory.createApplicationContext(module, { abortOnError: false, logger: false }),
      {
        message:
          /LedgerService\.marked is marked by @RunInThread\(\), but no .* names LedgerService/,
      },
    )
  })

  test('lets an instance run its own method that a test has put in its place', async (t) => {
    const testing = await Test.createTestingModule({
      imports: [mounted, ledgerThreads],
      providers: [Connection, LedgerService],
    })
      .overrideProvider(LedgerService)
      .useValue(new LedgerService({ thread: 'of the test' }))
      .compile()
    await testing.init()
    t.after(() => testing.close())
    assert.deepEqual(testing.get(LedgerService).marked(), [0, 'of the test'])
  })
})

describe('in a test', () => {
  class Desk {
    constructor(ledger) {
      this.ledger = ledger
    }
  }
  injectable(Desk, getBridgedToken(LedgerService))

  test('an instance of the real class takes the place of the proxy', async (t) => {
    const testing = await Test.createTestingModule({
      imports: [mounted, ledgerThreads],
      providers: [Desk],
    })
      .overrideProvider(getBridgedToken(LedgerService))
      .useValue(new LedgerService({ thread: 'of the test' }))
      .compile()
    await testing.init()
    t.after(() => testing.close())
    const { ledger } = testing.get(Desk)
    assert.ok(ledger instanceof LedgerService)
    assert.deepEqual(await ledger.where(), [0, 'of the test'])
    assert.deepEqual(stats().threads, [])
  })
})

describe('forThreads', () => {
  const module = new URL('./fixtures/ledger/ledger.module.js', import.meta.url)
  const namesake = class LedgerService {}
  for (const [options, message] of [
    [{ module, services: [] }, /'services' must name at least one class/],
    [{ module, services: ['LedgerService'] }, /must be classes with a name, not LedgerService/],
    [
      { module, services: [LedgerService, namesake] },
      /two of the services are called LedgerService/,
    ],
    [
      { module: './ledger.module.js', services: [LedgerService] },
      /must be a URL or an absolute path/,
    ],
    [{ module, services: [LedgerService], thread: 1 }, /unknown option 'thread'/],
  ]) {
    test(`refuses what can't work: ${message.source}`, () => {
      assert.throws(() => SyncbridgeModule.forThreads(options), { message, name: 'TypeError' })
    })
  }

  test('takes an option that is undefined for one that is left out', async () => {
    const options = { threadSensitive: undefined, timeout: undefined, logLevels: undefined }
    const threads = SyncbridgeModule.forThreads({ module, services: [LedgerService], ...options })
    assert.deepEqual(
      threads.exports,
      SyncbridgeModule.forThreads({ module, services: [LedgerService] }).exports,
    )
  })

  test('needs forRoot beside it, and says so', async () => {
    class Alone {}
    Module({ imports: [ledgerThreads] })(Alone)
    await assert.rejects(
      NestFactory.createApplicationContext(Alone, { abortOnError: false, logger: false }),
      { message: /needs SyncbridgeModule\.forRoot\(\)/ },
    )
  })

  test('refuses a service that two of them name', async () => {
    const again = SyncbridgeModule.forThreads({ module, services: [LedgerService] })
    const both = moduleOf({ imports: [mounted, ledgerThreads, again] })
    await assert.rejects(
      NestFactory.createApplicationContext(both, { abortOnError: false, logger: false }),
      { message: /LedgerService is named in two/ },
    )
  })

  test('takes any thread of the pool where the calls need none of their own', async (t) => {
    configure({ pool: { maxThreads: 2 } })
    const pooled = SyncbridgeModule.forThreads({
      module,
      services: [LedgerService],
      threadSensitive: false,
    })
    const ledger = await bridged(t, [pooled])
    await ledger.where()
    assert.deepEqual(
      stats().threads.map(({ role }) => role),
      ['pool'],
    )
    await shutdown()
  })
})
