import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@syncbridge/core'
import * as errors from './fixtures/errors.js'
import * as namesakes from './fixtures/namesakes.js'
import { Quota } from './fixtures/registered-error.js'
import { runFiles } from './support/run-in-process.js'

const { NotFound, raise, throwSync } = errors
const caught = (promise) =>
  promise.then(
    () => assert.fail('expected a rejection'),
    (error) => error,
  )

describe('an error thrown in sync code', () => {
  test('is an instance of the class that the function’s module exports, with all it had', async () => {
    const error = await caught(throwSync('own'))
    assert.ok(error instanceof NotFound)
    assert.equal(error.constructor, NotFound)
    assert.equal(error.name, 'NotFoundError')
    assert.equal(error.message, 'no page')
    assert.equal(error.id, 'page')
    assert.equal(error.code, 'E_NOT_FOUND')
    assert.equal(error.status, 404)
    assert.equal(String(error), 'NotFoundError: no page')
  })

  test('is rebuilt without running its constructor', async () => {
    const error = await caught(throwSync('picky'))
    assert.ok(error instanceof errors.Picky)
    assert.equal(error.message, 'picky')
  })

  test('is an instance of a class given to registerError, whichever module exports it', async () => {
    const error = await caught(throwSync('quota'))
    assert.ok(error instanceof Quota)
    assert.deepEqual([error.message, error.limit], ['over 5', 5])
  })

  test('keeps its name and properties as an Error where its class cannot be had', async () => {
    const error = await caught(throwSync('hidden'))
    assert.ok(error instanceof Error)
    assert.deepEqual([error.name, error.message], ['Hidden', 'not to be had'])
  })

  test('is of its own module’s class also where another module has one of the same name', async () => {
    assert.ok((await caught(throwSync('own'))) instanceof NotFound)
    const there = await caught(namesakes.throwNotFound())
    assert.equal(there.from, 'namesakes')
    assert.ok(there instanceof namesakes.NotFound)
    assert.ok(!(there instanceof NotFound))
  })

  test('is of its own module’s class also where two modules registered one of the same name', async () => {
    const [here, there] = [
      await caught(throwSync('conflict')),
      await caught(namesakes.throwConflict()),
    ]
    assert.deepEqual([here.from, there.from], ['errors', 'namesakes'])
    assert.ok(there instanceof namesakes.Conflict)
    assert.ok(here instanceof errors.Conflict)
  })

  test('is of its own module’s class also where the library has one of the same name', async () => {
    const error = await caught(throwSync('transfer'))
    assert.equal(error.message, 'the money is gone')
    assert.ok(error instanceof errors.TransferError)
    assert.ok(!(error instanceof core.TransferError))
  })

  test('of JavaScript’s own classes is one of these', async () => {
    const error = await caught(throwSync('type'))
    assert.ok(error instanceof TypeError)
    assert.equal(error.message, 'wrong type')
  })

  test('from Node keeps code, errno, syscall and path', async () => {
    const { code, errno, syscall, path, message } = await caught(throwSync('errno'))
    assert.deepEqual(
      { code, syscall, path },
      { code: 'ENOENT', syscall: 'open', path: '/nowhere/at/all' },
    )
    assert.equal(typeof errno, 'number')
    assert.match(message, /^ENOENT/)
  })

  test('as a DOMException is one, with name and code', async () => {
    const error = await caught(throwSync('dom'))
    assert.ok(error instanceof DOMException)
    assert.deepEqual([error.name, error.code, error.message], ['AbortError', 20, 'stopped'])
  })

  test('does not break the calls after it', async () => {
    await caught(throwSync('own'))
    assert.equal(await errors.ok(), 'ok')
  })
})

describe('what an error carries', () => {
  test('its chain of causes, each of its class, to the last that is no error', async () => {
    const error = await caught(throwSync('causes'))
    assert.equal(error.message, 'top')
    assert.ok(error.cause instanceof NotFound)
    assert.equal(error.cause.id, 'middle')
    assert.ok(error.cause.cause instanceof RangeError)
    assert.deepEqual(error.cause.cause.cause, { plain: true })
  })

  test('the errors of an AggregateError, each of its class', async () => {
    const error = await caught(throwSync('aggregate'))
    assert.ok(error instanceof AggregateError)
    assert.equal(error.message, 'three at once')
    const [one, two, three] = error.errors
    assert.ok(one instanceof NotFound)
    assert.equal(one.id, 'a')
    assert.ok(two instanceof TypeError)
    assert.equal(three, 'c')
  })

  test('the errors of a subclass of AggregateError', async () => {
    const error = await caught(throwSync('group'))
    assert.ok(error instanceof errors.Group)
    assert.ok(error.errors[0] instanceof NotFound)
  })

  test('an error or a Buffer in a property', async () => {
    assert.ok((await caught(throwSync('error property'))).original instanceof NotFound)
    const { body } = await caught(throwSync('buffer property'))
    assert.ok(Buffer.isBuffer(body))
    assert.equal(body.toString(), 'abc')
  })

  for (const kind of ['uncloneable property', 'uncloneable deep property', 'throwing getter']) {
    test(`everything else, where it has a ${kind}`, async () => {
      const error = await caught(throwSync(kind))
      assert.ok(error instanceof NotFound)
      assert.equal(error.id, 'page')
      assert.equal(error.message, 'no page')
      if (kind.startsWith('uncloneable')) assert.equal(error.retries, 3)
    })
  }

  for (const kind of ['uncloneable cause', 'no stack', 'frozen', 'odd message']) {
    test(`its class and properties, in the case of ${kind}`, async () => {
      const error = await caught(throwSync(kind))
      assert.ok(error instanceof NotFound)
      assert.equal(error.id, 'page')
      assert.equal(typeof error.message, 'string')
    })
  }

  test('itself as its cause, and a circle of causes', async () => {
    const own = await caught(throwSync('self cause'))
    assert.ok(own instanceof NotFound)
    assert.equal(own.cause, own)
    const outer = await caught(throwSync('cause circle'))
    assert.ok(outer instanceof NotFound)
    assert.ok(outer.cause instanceof TypeError)
    assert.equal(outer.cause.cause, outer)
  })

  test('itself and the others, where an AggregateError holds itself', async () => {
    const error = await caught(throwSync('self aggregate'))
    assert.ok(error instanceof AggregateError)
    assert.equal(error.message, 'round')
    assert.ok(error.errors.some((one) => one instanceof NotFound))
    assert.ok(error.errors.includes(error))
  })

  test('itself and the errors that can cross, where an AggregateError holds one that can’t', async () => {
    const error = await caught(throwSync('uncloneable aggregate'))
    assert.ok(error instanceof AggregateError)
    assert.equal(error.message, 'mixed')
    assert.ok(error.errors.some((one) => one instanceof TypeError))
  })

  test('its message, where it has no prototype', async () => {
    const error = await caught(throwSync('no prototype'))
    assert.ok(error instanceof Error)
    assert.equal(error.message, 'bare')
  })
})

describe('errors that hold many others', () => {
  const lengthOf = (error) => {
    let length = 0
    for (let at = error; at instanceof Error; at = at.cause) length += 1
    return length
  }
  const timeOf = async (levels) => {
    const times = []
    for (let run = 0; run < 7; run += 1) {
      const began = performance.now()
      await caught(raise('shared', levels))
      times.push(performance.now() - began)
    }
    return Math.min(...times)
  }

  test('arrive with what is there twice as one, thrown, given and given back', async () => {
    const thrown = await caught(raise('shared', 18))
    const back = await errors.giveBack(thrown)
    const { list } = await errors.giveBack({ list: [thrown, thrown] })
    for (const error of [thrown, back, ...list]) {
      assert.equal(error.message, 'level 17')
      assert.equal(error.cause, error.original)
      assert.equal(lengthOf(error), 19)
    }
    assert.equal(list[0], list[1])
    const { message, isOne } = await errors.caughtBelow('shared', 18)
    assert.deepEqual({ message, isOne }, { message: 'level 17', isOne: true })
  })

  test('take as long as there are errors, and not as there are ways to them', async () => {
    await timeOf(100)
    const [few, many] = [await timeOf(100), await timeOf(400)]
    assert.ok(many < few * 20, `${few} ms for 100 levels, ${many} ms for 400`)
  })

  test('arrive however long the chain of causes is, and the next call is answered', async () => {
    for (const length of [300, 2000, 8000]) {
      const error = await caught(raise('chain', length))
      assert.equal(error.message, `${length - 1}`)
      assert.equal(lengthOf(error), length)
      assert.equal(lengthOf(await errors.giveBack(error)), length)
      assert.equal((await errors.caughtBelow('chain', length)).message, `${length - 1}`)
      assert.equal(await errors.ok(), 'ok')
    }
  })

  test('arrive with what throws when it is asked left out, and named', async () => {
    const error = await caught(raise('hostile'))
    assert.ok(error instanceof NotFound)
    assert.equal(error.id, 'text')
    assert.deepEqual([...error.syncbridgeLost].sort(), ['cause', 'list', 'name'])
    assert.equal(await errors.ok(), 'ok')
  })

  test('are of the classes of the platform', async () => {
    const assertion = await caught(raise('assertion'))
    assert.ok(assertion instanceof assert.AssertionError)
    assert.deepEqual(
      [assertion.actual, assertion.expected, assertion.code],
      [1, 2, 'ERR_ASSERTION'],
    )
    assert.ok((await caught(raise('wasm'))) instanceof WebAssembly.RuntimeError)
  })
})

describe('a thrown value that is no error', () => {
  test('arrives as it is', async () => {
    assert.equal(await caught(errors.throwThing('text')), 'just text')
    assert.equal(await caught(errors.throwThing('undefined')), undefined)
    assert.equal(await caught(errors.throwThing('null')), null)
    assert.equal(await caught(errors.throwThing('number')), 42)
    assert.deepEqual(await caught(errors.throwThing('object')), { code: 7, nested: [1] })
  })

  for (const [name, fn] of Object.entries({
    symbol: errors.throwSymbol,
    WeakMap: errors.throwWeakMap,
  })) {
    test(`and can’t be cloned rejects the call with a TransferError (${name})`, async () => {
      const error = await caught(fn())
      assert.ok(error instanceof core.TransferError)
      assert.equal(await errors.ok(), 'ok')
    })
  }
})

describe('an error thrown in async code', () => {
  test('arrives in the blocked sync code as an instance of its class', async () => {
    const { own, text, id } = await errors.catchSync('own')
    assert.deepEqual({ own, text, id }, { own: true, text: 'NotFoundError: no page', id: 'page' })
    const { quota, limit } = await errors.catchSync('quota')
    assert.deepEqual({ quota, limit }, { quota: true, limit: 5 })
  })

  test('goes on through the sync code to its caller', async () => {
    const error = await caught(errors.throwThroughLoop('causes'))
    assert.equal(error.message, 'top')
    assert.ok(error.cause instanceof NotFound)
    assert.ok(error.cause.cause instanceof RangeError)
    const grouped = await caught(errors.throwThroughLoop('aggregate'))
    assert.ok(grouped.errors[0] instanceof NotFound)
  })

  test('of a class that is not to be had on the way there is of its class where it is', async (t) => {
    const files = {
      'main.mjs': `
import { outer } from './outer.mjs'
import { Deep } from './deep.mjs'
await outer().catch((error) => console.log(error instanceof Deep, error.name, error.level))`,
      'outer.mjs': `
import { asyncToSync, syncToAsync } from '@syncbridge/core'
const inner = asyncToSync(async () => (await import('./deep.mjs')).deep())
export const outer = syncToAsync(() => inner())
export { Deep } from './deep.mjs'`,
      'deep.mjs': `
import { syncToAsync } from '@syncbridge/core'
export class Deep extends Error { name = 'Deep'; level = 3 }
export const deep = syncToAsync(() => { throw new Deep('down') }, { threadSensitive: false })`,
    }
    const { stdout, late } = await runFiles(t, files)
    assert.deepEqual({ stdout, late }, { stdout: 'true Deep 3\n', late: false })
  })
})

describe('the stack of an error', () => {
  test('leads from the line that threw to the line that called', async function theCaller() {
    const { stack } = await caught(throwSync('own'))
    assert.match(stack, /^NotFoundError: no page\n/)
    const [thrown, called] = stack.split('---').filter((part) => part.includes('at '))
    assert.match(thrown, /fixtures\/errors\.js:\d+/)
    assert.match(called, /errors\.test\.js:\d+/)
  })

  test('leads through both walls when the error comes from async code below sync code', async () => {
    const { stack } = await caught(errors.throwThroughLoop('own'))
    const positions = [/throwFromAsync/, /throwThroughLoop/, /errors\.test\.js:\d+/].map((line) =>
      stack.search(line),
    )
    assert.ok(
      positions.every((position) => position >= 0),
      stack,
    )
    assert.deepEqual(
      [...positions].sort((a, b) => a - b),
      positions,
      stack,
    )
  })

  test('shows the caller’s line in blocked sync code', async () => {
    const { stack } = await errors.catchSync('own')
    assert.match(stack, /throwFromAsync/)
    assert.match(stack.split('called from').at(-1), /fixtures\/errors\.js:\d+/)
  })

  test('shows nothing of the library’s own files', async () => {
    const { stack } = await caught(errors.throwThroughLoop('own'))
    assert.doesNotMatch(stack, /core\/dist/)
  })

  test('is not there to be enumerated, as on any error', async () => {
    const error = await caught(throwSync('type'))
    assert.deepEqual(Object.keys(error), [])
  })
})

describe('errors as values', () => {
  test('arrive as instances of their class, as result and as argument', async () => {
    const error = await errors.returnError()
    assert.ok(error instanceof NotFound)
    assert.equal(error.id, 'returned')
    const sent = new NotFound('sent', { cause: new Error('why') })
    assert.deepEqual(await errors.tellError(sent), { own: true, id: 'sent', cause: 'why' })
  })
})

describe('registerError', () => {
  test('refuses what is not a class of errors', () => {
    assert.throws(() => core.registerError(class Plain {}), TypeError)
    assert.throws(() => core.registerError('NotFound'), TypeError)
  })

  test('returns the class', () => {
    class Mine extends Error {}
    assert.equal(core.registerError(Mine), Mine)
  })
})
