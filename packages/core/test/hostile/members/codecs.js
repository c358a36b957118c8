/** Instances whose codecs do what they should not. */
import { registerCodec } from '@syncbridge/core'
import { askAwaited, askBlocking } from './inner-calls.js'
import { having, trap, withThen } from './trap.js'

const identity = (value) => value
const codec = (encode, decode = identity) => {
  class Coded {
    value = 1
  }
  return { Coded, codec: { encode, decode } }
}

export class Linked {
  constructor(next) {
    this.next = next
  }
}
registerCodec(Linked, { encode: ({ next }) => next, decode: (next) => new Linked(next) })

// Each at the top level of this module, by its place.
const throws = codec(trap)
registerCodec(throws.Coded, throws.codec)
const throwsNull = codec(() => {
  throw null
})
registerCodec(throwsNull.Coded, throwsNull.codec)
const givesItself = codec(identity)
registerCodec(givesItself.Coded, givesItself.codec)
const givesAnother = codec(() => new givesAnother.Coded())
registerCodec(givesAnother.Coded, givesAnother.codec)
const givesItselfBelow = codec((value) => ({ value }))
registerCodec(givesItselfBelow.Coded, givesItselfBelow.codec)
const givesGetter = codec(() => Object.defineProperty({}, 'a', { get: trap, enumerable: true }))
registerCodec(givesGetter.Coded, givesGetter.codec)
const givesPromise = codec(() => Promise.resolve(1))
registerCodec(givesPromise.Coded, givesPromise.codec)
const givesFunction = codec(() => () => 1)
registerCodec(givesFunction.Coded, givesFunction.codec)
const asks = codec(() => having(askAwaited, 1))
registerCodec(asks.Coded, asks.codec)
const asksBlocking = codec(() => having(askBlocking, 1))
registerCodec(asksBlocking.Coded, asksBlocking.codec)
const prints = codec(() => having(() => console.log('hostile print'), new Date(0)))
registerCodec(prints.Coded, prints.codec)
const decodeThrows = codec(() => 1, trap)
registerCodec(decodeThrows.Coded, decodeThrows.codec)
const decodeThrowsNull = codec(
  () => 1,
  () => {
    throw null
  },
)
registerCodec(decodeThrowsNull.Coded, decodeThrowsNull.codec)
const decodeAsks = codec(
  () => 1,
  () => having(askAwaited, 1),
)
registerCodec(decodeAsks.Coded, decodeAsks.codec)
const decodeAsksBlocking = codec(
  () => 1,
  () => having(askBlocking, 1),
)
registerCodec(decodeAsksBlocking.Coded, decodeAsksBlocking.codec)
const decodesToThenable = codec(
  () => 1,
  () => withThen({}, trap),
)
registerCodec(decodesToThenable.Coded, decodesToThenable.codec)

const all = {
  throws,
  'throws null': throwsNull,
  'gives itself': givesItself,
  'gives another of its class': givesAnother,
  'gives itself below': givesItselfBelow,
  'gives a getter that throws': givesGetter,
  'gives a promise': givesPromise,
  'gives a function': givesFunction,
  asks,
  'asks blocking': asksBlocking,
  prints,
  'throws where it is decoded': decodeThrows,
  'throws null where it is decoded': decodeThrowsNull,
  'asks where it is decoded': decodeAsks,
  'asks blocking where it is decoded': decodeAsksBlocking,
}
export const codecs = {
  ...Object.fromEntries(
    Object.entries(all).map(([name, { Coded }]) => [
      `codec ${name}`,
      { make: () => new Coded(), hasCodec: true },
    ]),
  ),
  'codec is decoded to a thenable': {
    make: () => new decodesToThenable.Coded(),
    hasCodec: true,
    isThenable: true,
  },
}
