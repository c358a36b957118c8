import { type AnyClass, addInstanceCodec, type InstanceCodec } from '../codec/instance-codecs.js'
import { topLevelSite } from '../registry/call-site.js'
import { runtime } from '../runtime/runtime.js'
import { assertOptions } from './bridged-function.js'

/**
 * Makes instances of a class cross between threads as instances: `encode` takes one apart, `decode` builds it again on the other
 * side. Call it at the top level of the module that defines the class, so that every thread does. It serves subclasses, too,
 * unless they have a codec of their own. For classes of errors there is `registerError`. A class over what the language has
 * itself, such as `Map`, `Array` or `Uint8Array`, can't have one, as its instances cross for what they are below.
 *
 * @param Class The class.
 * @param codec `encode(instance)` gives anything that can cross, `decode(value)` gets it and returns an instance. What they throw
 * fails the call with a `TransferError`, whose `cause` it is.
 * @returns The same class.
 * @throws TypeError where it is not a class, where instances of it never get to a codec, or the codec has not both functions.
 * @example
 * // money.js
 * import { registerCodec, syncToAsync } from '@syncbridge/core'
 * export class Money { constructor(cents) { this.cents = cents } }
 * registerCodec(Money, { encode: ({ cents }) => cents, decode: (cents) => new Money(cents) })
 * export const double = syncToAsync((money) => new Money(2 * money.cents))
 * // main.js
 * import { double, Money } from './money.js'
 * console.log(await double(new Money(21))) // Money { cents: 42 }
 */
export function registerCodec<T extends object, W>(
  Class: abstract new (...args: never[]) => T,
  codec: InstanceCodec<T, W>,
): typeof Class {
  if (typeof Class !== 'function' || typeof Class.prototype !== 'object')
    throw new TypeError('registerCodec: expected a class')
  const remedy = remedyFor(Class.prototype as object | null)
  if (remedy !== undefined) throw new TypeError(`registerCodec(${Class.name}): ${remedy}`)
  assertOptions('registerCodec', codec, ['encode', 'decode'])
  for (const name of ['encode', 'decode'] as const)
    if (typeof codec[name] !== 'function')
      throw new TypeError(`registerCodec(${Class.name}): ${name} must be a function`)
  const { registry } = runtime()
  addInstanceCodec(
    Class as AnyClass,
    codec as InstanceCodec<unknown, unknown>,
    topLevelSite(),
    registry,
  )
  return Class
}

/** Classes whose instances never get to a codec: an instance is one of them whatever its own class, and crosses as such. */
const BUILT_IN: ReadonlyArray<readonly [Class: { readonly prototype: object }, remedy: string]> = [
  [Error, 'a class of errors is registered by registerError()'],
  [Promise, 'a promise is awaited, and never crosses itself'],
  [Function, 'a function crosses as a function that calls it'],
  ...[Array, Map, Set, Date, RegExp, Number, String, Boolean, DataView].map(crossesItself),
  ...[ArrayBuffer, SharedArrayBuffer, Object.getPrototypeOf(Uint8Array)].map(crossesItself),
]

function crossesItself(Class: { readonly name: string; readonly prototype: object }) {
  return [
    Class,
    `an instance is a ${Class.name}, and crosses as one. Keep the ${Class.name} in a field of a class that extends nothing`,
  ] as const
}

function remedyFor(prototype: object | null): string | undefined {
  if (prototype === null || prototype === Object.prototype)
    return 'expected a class whose prototype is its own'
  return BUILT_IN.find(
    ([{ prototype: builtIn }]) =>
      prototype === builtIn || Object.prototype.isPrototypeOf.call(builtIn, prototype),
  )?.[1]
}
