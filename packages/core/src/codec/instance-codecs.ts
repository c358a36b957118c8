/** Classes whose instances cross by a codec of the user's, named, like error classes, by the place where they were registered. */
import { TransferError } from '../errors.js'
import { onePerThread } from '../one-per-thread.js'
import type { WireInstance } from '../protocol.js'
import type { CallSite } from '../registry/call-site.js'
import { namespaceNow } from '../registry/load-function.js'
import type { Registry } from '../registry/registry.js'

export type AnyClass = abstract new (...args: never[]) => object

/** Takes an instance apart, and builds it again in another thread. */
export interface InstanceCodec<T, W> {
  /** @returns what stands for the instance: anything that can cross. */
  encode(instance: T): W
  /** @returns the instance that is built from it. */
  decode(value: W): T
}

interface Registered {
  readonly Class: AnyClass
  readonly codec: InstanceCodec<unknown, unknown>
  readonly module: string | undefined
  readonly format: 'esm' | 'cjs' | undefined
  readonly ordinal: number
}

const registered = onePerThread('instance-codecs', () => ({
  byPrototype: new Map<object, Registered>(),
  byPlace: new Map<string, Registered>(),
}))

/** @param site Undefined elsewhere than at a module's top level, where the bare name has to do. */
export function addInstanceCodec(
  Class: AnyClass,
  codec: InstanceCodec<unknown, unknown>,
  site: CallSite | undefined,
  registry: Registry,
): void {
  const { module, format } = site ?? {}
  const ordinal = site ? registry.nextOrdinal(site, `codec ${Class.name}`) : 0
  const entry: Registered = { Class, codec, module, format, ordinal }
  registered.byPrototype.set(Class.prototype, entry)
  registered.byPlace.set(placeOf({ module, name: Class.name, ordinal }), entry)
}

/** The codec of its class, or of the nearest class above. */
export function codecFor(value: object): Registered | undefined {
  if (registered.byPrototype.size === 0) return undefined
  for (
    let prototype: object | null = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const found = registered.byPrototype.get(prototype)
    if (found) return found
  }
  return undefined
}

/** @throws TransferError (SYNCBRIDGE_TRANSFER) where this thread has no codec of that name. */
export function codecAt(instance: Omit<WireInstance, 'value'>, registry: Registry): Registered {
  const place = placeOf(instance)
  // Its module may not have been evaluated here: an instance can come from code that this thread never ran.
  const found = registered.byPlace.get(place) ?? afterLoading(instance, place, registry)
  if (found) return found
  throw new TransferError(
    `an instance of ${instance.name} came without its codec: registerCodec() must be called wherever ${instance.module ?? 'its module'} is evaluated`,
  )
}

function afterLoading(
  { module, format }: Omit<WireInstance, 'value'>,
  place: string,
  registry: Registry,
): Registered | undefined {
  namespaceNow({ module, format }, registry)
  return registered.byPlace.get(place)
}

function placeOf({
  module = '',
  name,
  ordinal,
}: Pick<WireInstance, 'module' | 'name' | 'ordinal'>): string {
  return `${module}\n${name}\n${ordinal}`
}
