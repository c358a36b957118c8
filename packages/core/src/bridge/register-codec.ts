import { type AnyClass, addInstanceCodec, type InstanceCodec } from '../codec/instance-codecs.js'
import { topLevelSite } from '../registry/call-site.js'
import { runtime } from '../runtime/runtime.js'
import { assertOptions } from './bridged-function.js'

/**
 * Makes instances of a class cross between threads as instances: `encode` takes one apart, `decode` builds it again on the other
 * side. Call it at the top level of the module that defines the class, so that every thread does. It serves subclasses, too,
 * unless they have a codec of their own. For classes of errors there is `registerError`.
 *
 * @param Class The class.
 * @param codec `encode(instance)` gives anything that can cross, `decode(value)` gets it and returns an instance. What they throw
 * fails the call.
 * @returns The same class.
 * @throws TypeError where it is not a class, or the codec has not both functions.
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
