import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { beforeEach, describe, test } from 'node:test'
import {
  Local,
  LocalContext,
  localScope,
  ThreadSensitiveContext,
  TransferError,
} from '@syncbridge/core'
import { where } from './fixtures/basic.js'
import * as locals from './fixtures/locals.js'
import { Latch } from './support/latch.js'

const { request, tenant, thread } = locals

beforeEach(() => {
  for (const local of [request, tenant, thread])
    for (const key of Object.keys(local)) delete local[key]
})

describe('a Local', () => {
  test('reads as undefined what was never set, and lists what was', () => {
    assert.equal(request.id, undefined)
    assert.equal('id' in request, false)
    request.id = 'r-1'
    request.user = undefined
    assert.equal('id' in request, true)
    assert.deepEqual(Object.keys(request), ['id', 'user'])
    assert.deepEqual({ ...request }, { id: 'r-1', user: undefined })
    assert.equal(JSON.stringify(request), '{"id":"r-1"}')
    assert.equal(delete request.id, true)
    assert.equal(delete request.id, true)
    assert.deepEqual(Object.keys(request), ['user'])
  })

  test('carries its values into sync code, and what that sets back to the caller', async () => {
    request.id = 'r-1'
    assert.deepEqual(await locals.read(), { id: 'r-1' })
    await locals.write('user', { name: 'ada' })
    assert.deepEqual({ ...request }, { id: 'r-1', user: { name: 'ada' } })
  })

  test('carries them to the pool and back as well', async () => {
    request.id = 'r-2'
    assert.deepEqual(await locals.readOnPool(), { id: 'r-2' })
    await locals.writeOnPool('user', 'bob')
    assert.equal(request.user, 'bob')
  })

  test('carries what was set also when the call throws', async () => {
    await assert.rejects(locals.writeAndThrow('id', 'r-3'), /after writing/)
    assert.equal(request.id, 'r-3')
  })

  test('carries deletions, in both directions and also when the call throws', async () => {
    request.one = 1
    request.two = 2
    request.three = 3
    await locals.read()
    delete request.one
    assert.deepEqual(await locals.read(), { two: 2, three: 3 })
    await locals.remove('two')
    assert.equal('two' in request, false)
    await assert.rejects(locals.removeAndThrow('three'), /after deleting/)
    assert.equal('three' in request, false)
  })

  test('carries them from blocking sync code into async code and back, also when that throws', async () => {
    request.id = 'r-4'
    const { seen, after } = await locals.throughLoop('found', true)
    assert.deepEqual(seen, { id: 'r-4', fromSync: 'sync' })
    assert.deepEqual(after, { id: 'r-4', fromSync: 'sync', found: true })
    assert.deepEqual({ ...request }, after)
    const thrown = await locals.throughLoopThrowing('late', 1)
    assert.equal(thrown.error, 'after writing')
    assert.equal(thrown.after.late, 1)
    assert.equal((await locals.throughLoopRemoving('late')).late, undefined)
    assert.equal('late' in request, false)
  })

  test('collects what every level of a deep nest sets', async () => {
    request.trail = []
    await locals.deeper(4)
    assert.deepEqual(request.trail, ['sync 4', 'async 3', 'sync 2', 'async 1', 'sync 0'])
  })

  test('keeps the identity of what a call did not touch', async () => {
    const user = { name: 'ada' }
    request.user = user
    await locals.write('other', 1)
    assert.equal(request.user, user)
  })

  test('sends nothing back when the call sets nothing: a change made meanwhile stays', async () => {
    request.id = 'before'
    const call = locals.read()
    request.id = 'meanwhile'
    assert.deepEqual(await call, { id: 'before' })
    assert.equal(request.id, 'meanwhile')
  })

  test('shows each call what its owner has changed inside an object since the one before', async () => {
    const user = { name: 'ada', roles: ['reader'] }
    Object.assign(request, { id: 'r-1', user })
    for (const name of ['ada', 'bob', 'bob', 'eve']) {
      user.name = name
      for (let time = 0; time < 3; time += 1)
        assert.deepEqual(await locals.read(), { id: 'r-1', user: { name, roles: ['reader'] } })
    }
    user.roles.push('writer')
    user.since = new Date(0)
    const whole = { name: 'eve', roles: ['reader', 'writer'], since: new Date(0) }
    assert.deepEqual(await locals.read(), { id: 'r-1', user: whole })
    delete user.since
    assert.deepEqual((await locals.read()).user, { name: 'eve', roles: ['reader', 'writer'] })
  })

  test('gives each call a copy: what one changes inside an object is seen by none after it, nor comes back', async () => {
    Object.assign(request, { id: 'r-1', user: { name: 'ada' } })
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await locals.renameInPlace('bob'), { name: 'bob' })
      assert.deepEqual(await locals.read(), { id: 'r-1', user: { name: 'ada' } })
      assert.deepEqual(request.user, { name: 'ada' })
    }
  })

  test('shows a call below what the code above it has changed inside its copy', async () => {
    Object.assign(request, { id: 'r-1', user: { name: 'ada' } })
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await locals.readUserBelow('bob', 'eve'), [
        { name: 'ada' },
        { name: 'bob' },
        { name: 'bob' },
      ])
    }
    assert.deepEqual(request.user, { name: 'ada' })
  })

  test('shows a call below what was set without looking at the rest, and all the rest', async () => {
    Object.assign(request, { id: 'r-1', user: { name: 'ada' } })
    const all = { id: 'r-1', user: { name: 'ada' }, step: 1 }
    for (let time = 0; time < 3; time += 1)
      assert.deepEqual(await locals.setAndReadBelow('step', 1), { below: all, here: all })
    assert.deepEqual({ ...request }, all)
  })

  test('keeps a Buffer inside an object one, on every way that a call may take', async () => {
    request.file = { bytes: Buffer.from('abc') }
    const bytesOf = ({ below, here }) => [below.file.bytes, here.file.bytes]
    for (const value of [1, 1, new Map(), 1, 1]) {
      const seen = bytesOf(await locals.setAndReadBelow('step', value))
      for (const bytes of seen) {
        assert.ok(Buffer.isBuffer(bytes))
        assert.equal(String(bytes), 'abc')
      }
    }
  })

  test('has properties of its own, whatever another Local of its module is called', async () => {
    request.id = 'request'
    tenant.id = 'tenant'
    assert.deepEqual(await locals.read(), { id: 'request' })
    assert.deepEqual(await locals.readTenant(), { id: 'tenant' })
    await locals.write('id', 'changed')
    assert.equal(tenant.id, 'tenant')
  })

  test('copies its values as arguments are copied: a Buffer stays one, an error keeps its class', async () => {
    request.bytes = Buffer.from('abc')
    request.failure = new RangeError('too far')
    const seen = await locals.describeValues()
    assert.deepEqual(seen, { bytes: 'abc', isBuffer: true, failure: 'RangeError: too far' })
  })

  test('takes names that every object has as names of values', async () => {
    request.constructor = 'c'
    request.toString = 's'
    assert.deepEqual(await locals.read(), { constructor: 'c', toString: 's' })
    delete request.constructor
    delete request.toString
    assert.equal(typeof request.toString, 'function')
  })

  test('that is not made at the top level of a module still keeps its values in its thread across calls', async () => {
    const [one, two] = [locals.makeLocal(), locals.makeLocal()]
    one.id = 1
    two.id = 2
    await where()
    assert.deepEqual([one.id, two.id, request.id], [1, 2, undefined])
  })

  test('refuses an option that it does not know', () => {
    assert.throws(() => new Local({ threadcritical: true }), /TypeError.*'threadcritical'/)
  })
})

describe('a value of a Local that cannot be cloned', () => {
  test('fails the call that would carry it there, by name, and no other', async () => {
    await localScope(async () => {
      request.handle = Symbol('handle')
      await assert.rejects(locals.read(), (error) => {
        assert.ok(error instanceof TransferError)
        assert.match(error.message, /Local\.handle/)
        return true
      })
      delete request.handle
      assert.deepEqual(await locals.read(), {})
    })
  })

  test('fails the call that would bring it back, by name, and no other', async () => {
    await assert.rejects(locals.writeUncloneable(), (error) => {
      assert.ok(error instanceof TransferError)
      assert.match(error.message, /Local\.secret/)
      return true
    })
    assert.deepEqual(await locals.read(), {})
  })
})

describe('localScope', () => {
  test('begins with the values around it and keeps its own inside, sync and async', async () => {
    request.id = 'outside'
    const result = localScope(() => {
      assert.equal(request.id, 'outside')
      request.id = 'inside'
      delete request.other
      return request.id
    })
    assert.equal(result, 'inside')
    assert.equal(request.id, 'outside')
    await localScope(async () => {
      await locals.write('id', 'from a call')
      assert.equal(request.id, 'from a call')
    })
    assert.equal(request.id, 'outside')
  })

  test('isolates concurrent branches from each other', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `tenant ${index}`)
    const seen = await Promise.all(
      ids.map((id) =>
        localScope(async () => {
          tenant.id = id
          await where()
          const below = await locals.readTenant()
          return [tenant.id, below.id]
        }),
      ),
    )
    assert.deepEqual(
      seen,
      ids.map((id) => [id, id]),
    )
    assert.equal(tenant.id, undefined)
  })

  test('isolates sync code on a sync thread, too', async () => {
    assert.deepEqual(await locals.scopedInside('id', 1), {})
    assert.equal(request.id, undefined)
  })
})

describe('an AsyncLocalStorage of the user’s', () => {
  test('is what it was after every kind of call, in each of many branches', async () => {
    const storage = new AsyncLocalStorage()
    const seen = await Promise.all(
      [1, 2, 3, 4].map((branch) =>
        storage.run(branch, async () => {
          const stores = []
          await locals.read()
          stores.push(storage.getStore())
          await new ThreadSensitiveContext().run(async () => {
            await locals.read()
            stores.push(storage.getStore())
          })
          await localScope(() => locals.throughLoop('key', 1))
          stores.push(storage.getStore())
          await locals.writeAndThrow('key', 1).catch(() => stores.push(storage.getStore()))
          return stores
        }),
      ),
    )
    assert.deepEqual(
      seen,
      [1, 2, 3, 4].map((branch) => Array(4).fill(branch)),
    )
  })
})

describe('concurrent contexts', () => {
  test('never see each other’s values', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        new ThreadSensitiveContext().run(async () => {
          const id = `request ${index}`
          request.id = id
          assert.deepEqual(await locals.read(), { id })
          await locals.write('step', index)
          assert.deepEqual(await locals.readOnPool(), { id, step: index })
          assert.deepEqual({ ...request }, { id, step: index })
        }),
      ),
    )
    assert.deepEqual({ ...request }, {})
  })
})

describe('a threadCritical Local', () => {
  test('does not cross to the sync thread nor back', async () => {
    thread.value = 'main'
    assert.equal(await locals.readThread(), undefined)
    await locals.writeThread('sync')
    assert.equal(thread.value, 'main')
  })

  test('on the sync thread is there again in a later call', async () => {
    await locals.writeThread('kept')
    assert.equal(await locals.writeThread(undefined), 'kept')
  })

  test('does not cross into the async code that sync code calls', async () => {
    await locals.writeThread('sync')
    assert.equal(await locals.readThreadThroughLoop(), undefined)
    await locals.writeThread(undefined)
  })

  for (const [where, swap] of [
    ['the shared thread', locals.swapBelow],
    ['the pool', locals.swapBelowOnPool],
  ]) {
    test(`of a loop is there in async code below ${where}, and what that sets is there above, as in asgiref`, () =>
      localScope(async () => {
        thread.value = 'of the loop'
        assert.deepEqual(await swap('set below'), ['of the loop', 'of the sync thread'])
        assert.equal(thread.value, 'set below')
      }))
  }

  test('of a loop is there in async code below a leased thread, and what that sets stays in the context', () =>
    localScope(async () => {
      thread.value = 'of the loop'
      await new ThreadSensitiveContext().run(async () => {
        const found = await locals.swapBelow('set below')
        assert.deepEqual(found, ['of the loop', 'of the sync thread'])
        assert.equal(thread.value, 'set below')
      })
      assert.equal(thread.value, 'of the loop')
    }))

  test('of a loop is there however far below the same loop is reached again', () =>
    localScope(async () => {
      thread.value = 'of the loop'
      const [first, [second, sync]] = await locals.swapFarBelow('set far below')
      assert.deepEqual([first, second, sync], ['of the loop', 'of the loop', 'of the sync thread'])
      assert.equal(thread.value, 'set far below')
    }))

  test('that is first set below is there above', () =>
    localScope(async () => {
      assert.equal((await locals.swapBelow('set below'))[0], undefined)
      assert.equal(thread.value, 'set below')
    }))

  test('of a loop is there in functions that come home, and in the items of a generator below', () =>
    localScope(async () => {
      thread.value = 'of the loop'
      assert.equal(await locals.callBack(() => thread.value), 'of the loop')
      assert.deepEqual(await locals.itemsBelow(), ['of the loop', 'of the items'])
      assert.equal(thread.value, 'of the items')
    }))

  test('of a loop is not there on another loop', () =>
    localScope(async () => {
      thread.value = 'of the loop'
      assert.equal(await locals.readOnNewLoopBelow(), undefined)
    }))

  test('of the bridge’s own loop thread follows the chain of a blocking program in the same way', () =>
    localScope(() => {
      thread.value = 'of the program'
      const [before, [onFrame, below], after] = locals.onOwnLoop()
      assert.deepEqual(
        [before, onFrame, below, after, thread.value],
        [undefined, 'of the program', 'of the loop thread', 'set below', 'of the program'],
      )
    }))

  test('of concurrent branches stays apart below each of them', async () => {
    const branch = (value) =>
      localScope(async () => {
        thread.value = value
        const [below] = await locals.swapBelowOnPool(`${value}, set below`)
        return [below, thread.value]
      })
    const values = Array.from({ length: 20 }, (_, index) => `branch ${index}`)
    assert.deepEqual(
      await Promise.all(values.map(branch)),
      values.map((value) => [value, `${value}, set below`]),
    )
  })

  test('is still its request’s in what async code below has left running', async () => {
    const [go, told] = [new Latch(), new Latch()]
    await localScope(async () => {
      thread.value = 'of the past request'
      await locals.leaveOnLoop(go.memory, told.memory)
    })
    await localScope(async () => {
      thread.value = 'of the next request'
      go.open()
      await told.wait()
      assert.equal(locals.seenByWhatIsLeft(), 'of the past request')
    })
  })

  test('is copied into a LocalContext, and is there wherever that is in force on this thread', () =>
    localScope(async () => {
      thread.value = 'of the loop'
      const context = LocalContext.copy()
      thread.value = 'set later'
      assert.equal(
        context.run(() => thread.value),
        'of the loop',
      )
      const [below] = await locals.swapBelow.with({ context })('set below')
      assert.equal(below, 'of the loop')
      assert.equal(
        context.run(() => thread.value),
        'set below',
      )
      assert.equal(thread.value, 'set later')
    }))
})
