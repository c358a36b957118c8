/**
 * `@syncToAsync static hash() {…}`, by decorators of the language or by those of TypeScript's `experimentalDecorators`. Only static
 * methods: an object does not follow its method into another thread.
 */
import type { AnyFunction } from '../registry/registry.js'
import { noteOwner } from './following-this.js'

type Bridge = (fn: AnyFunction) => AnyFunction

/** What a decorator of methods is called with, or something that wants to be decorated and can't. */
export interface Decoration {
  /** @returns What the decorator returns. */
  apply(bridge: Bridge): unknown
}

/**
 * @returns undefined where the arguments are no decorator's.
 * @throws TypeError for anything but a static method.
 */
export function decorationOf(verb: string, args: readonly unknown[]): Decoration | undefined {
  const [target, second, descriptor] = args
  if (isContext(second)) return standard(verb, target, second)
  const isLegacy = typeof second === 'string' || typeof second === 'symbol'
  return isLegacy && args.length >= 2 ? legacy(verb, target, second, descriptor) : undefined
}

interface Context {
  readonly kind: string
  readonly name: string | symbol
  readonly static?: boolean
  addInitializer(initializer: (this: unknown) => void): void
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value
}

function standard(verb: string, method: unknown, context: Context): Decoration {
  const { kind, name } = context
  if (kind !== 'method' || !context.static || typeof method !== 'function') refuse(verb, kind, name)
  let owner: unknown
  context.addInitializer(function () {
    owner = this
  })
  return { apply: (bridge) => bridge(ofOwner(method as AnyFunction, () => owner)) }
}

function legacy(
  verb: string,
  target: unknown,
  name: string | symbol,
  descriptor: unknown,
): Decoration {
  const method: unknown = Object(descriptor).value
  if (typeof target !== 'function' || typeof method !== 'function')
    refuse(verb, typeof method === 'function' ? 'method' : 'member', name)
  return {
    apply: (bridge) => ({
      ...(descriptor as PropertyDescriptor),
      value: bridge(ofOwner(method as AnyFunction, () => target)),
    }),
  }
}

/** The same method, with the class of its own thread as `this`. */
function ofOwner(method: AnyFunction, owner: () => unknown): AnyFunction {
  const own = sameKind(method, (args) => Reflect.apply(method, owner(), args))
  for (const key of Reflect.ownKeys(method)) {
    const descriptor = Object.getOwnPropertyDescriptor(method, key)
    if (descriptor && key !== 'prototype') Reflect.defineProperty(own, key, descriptor)
  }
  noteOwner(own, method, owner)
  return own
}

/** What a function is taken for is told by how it is written. */
function sameKind(method: AnyFunction, call: (args: never[]) => unknown): AnyFunction {
  switch (Object.prototype.toString.call(method)) {
    case '[object AsyncFunction]':
      return async (...args) => call(args)
    case '[object GeneratorFunction]':
      return function* (...args) {
        return yield* call(args) as Generator
      }
    case '[object AsyncGeneratorFunction]':
      return async function* (...args) {
        return yield* call(args) as AsyncGenerator
      }
    default:
      return (...args) => call(args)
  }
}

function refuse(verb: string, kind: string, name: string | symbol): never {
  throw new TypeError(
    `${verb} can't bridge the ${kind} '${String(name)}': it belongs to an object, which does not follow it into another thread. ` +
      `Only static methods can be decorated. Make it one, or a function at the module's top level that gets what it needs as ` +
      `arguments: const ${String(name).replace(/\W/g, '')} = ${verb}((self, …) => …).`,
  )
}
