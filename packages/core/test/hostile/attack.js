/** The calling side of one crossing, for each role. It gives no value back, only what is to be said of it. */
import { localScope } from '@syncbridge/core'
import { Latch } from '../support/latch.js'
import { describeFailure } from './describe-failure.js'
import { awaitable, blocking, local, storage, TIMEOUT } from './fixtures/callees.js'
import { beside, lookAt, produce, produceWithBeside } from './places.js'

/** @param {{ role: string, member: string, depth: string, way: string, place: string, token: number }} spec */
export async function attackAwaited(spec) {
  const calls = awaitable[spec.place === 'pool' ? 'pool' : 'sensitive']
  let own
  try {
    return await localScope(() => awaited[spec.role](calls, spec, (value) => (own = value)))
  } catch (error) {
    return describeFailure(error, own)
  }
}

/** @param {{ role: string, member: string, depth: string, way: string, place: string, token: number }} spec */
export function attackBlocking(spec) {
  try {
    return localScope(() => blocked[spec.role](blocking, spec))
  } catch (error) {
    return describeFailure(error)
  }
}

const arrived = (value) => ({ end: 'arrived', ...lookAt(value) })
/** The other side has seen it, and whose call it was. */
const seen = (spec, { token, ...told }) => ({
  end: token === spec.token ? 'arrived' : 'swapped',
  ...told,
})
const argumentsOf = (spec) => [spec.token, produce(spec), beside[spec.way]()]

const awaited = {
  argument: async (calls, spec) => seen(spec, await calls.argument(...argumentsOf(spec))),
  result: async (calls, spec) => arrived(await calls.result(spec)),
  thrown: async (calls, spec) => arrived(await calls.thrown(spec)),
  async item(calls, spec) {
    for await (const value of calls.item(spec)) return arrived(value)
    return { end: 'ended without an item' }
  },
  async sent(calls, spec) {
    const items = calls.sent(spec.token)
    await items.next()
    const { value } = await items.next(produceWithBeside(spec))
    await items.return()
    return seen(spec, value)
  },
  async callbackArgument(calls, spec) {
    let told
    const look = (value) => {
      told = lookAt(value)
    }
    const { token } = await calls.callbackArgument(spec.token, look, spec)
    return seen(spec, { token, ...told })
  },
  callbackResult: async (calls, spec) =>
    seen(spec, await calls.callbackResult(spec.token, () => produceWithBeside(spec))),
  async localThere(calls, spec) {
    local.value = produce(spec)
    return seen(spec, await calls.localThere(spec.token, beside[spec.way]()))
  },
  async localBack(calls, spec) {
    await calls.localBack(spec)
    return arrived(local.value)
  },
  storageThere: (calls, spec) =>
    storage.run({ value: produce(spec) }, async () =>
      seen(spec, await calls.storageThere(spec.token, beside[spec.way]())),
    ),
  storageBack: (calls, spec) =>
    storage.run({}, async () => {
      await calls.storageBack(spec)
      return arrived(storage.getStore().value)
    }),
  async thisValue(calls, spec) {
    const [token, value, more] = argumentsOf(spec)
    return seen(spec, await calls.thisValue.call(value, token, more))
  },
  async abortReason(calls, spec, owns) {
    const [controller, entered, reason] = [new AbortController(), new Latch(), reasonOf(spec)]
    owns(reason)
    const options = { signal: controller.signal, timeout: TIMEOUT }
    const call = calls.abortReason.with(options)(entered.memory)
    call.catch(() => {})
    await entered.wait()
    controller.abort(reason)
    await call
    return { end: 'not aborted' }
  },
}

const blocked = {
  argument: (calls, spec) => seen(spec, calls.argument(...argumentsOf(spec))),
  result: (calls, spec) => arrived(calls.result(spec)),
  thrown: (calls, spec) => arrived(calls.thrown(spec)),
  item(calls, spec) {
    for (const value of calls.item(spec)) return arrived(value)
    return { end: 'ended without an item' }
  },
  sent(calls, spec) {
    const items = calls.sent(spec.token)
    items.next()
    const { value } = items.next(produceWithBeside(spec))
    items.return()
    return seen(spec, value)
  },
  callbackArgument(calls, spec) {
    let told
    const look = (value) => {
      told = lookAt(value)
    }
    const { token } = calls.callbackArgument(spec.token, look, spec)
    return seen(spec, { token, ...told })
  },
  callbackResult: (calls, spec) =>
    seen(
      spec,
      calls.callbackResult(spec.token, () => produceWithBeside(spec)),
    ),
  localThere(calls, spec) {
    local.value = produce(spec)
    return seen(spec, calls.localThere(spec.token, beside[spec.way]()))
  },
  localBack(calls, spec) {
    calls.localBack(spec)
    return arrived(local.value)
  },
  storageThere: (calls, spec) =>
    storage.run({ value: produce(spec) }, () =>
      seen(spec, calls.storageThere(spec.token, beside[spec.way]())),
    ),
  storageBack: (calls, spec) =>
    storage.run({}, () => {
      calls.storageBack(spec)
      return arrived(storage.getStore().value)
    }),
  thisValue(calls, spec) {
    const [token, value, more] = argumentsOf(spec)
    return seen(spec, calls.thisValue.call(value, token, more))
  },
}

/** The reason alone is a message of its own: what is moved can't lie beside it. */
const reasonOf = (spec) =>
  spec.way === 'port' ? { value: produce(spec), when: new Date(0) } : produce(spec)
