/**
 * Methods that are bridged: an object follows its method into another thread only where its class has a codec, and the class of a static
 * method is the one that it was decorated in.
 */
import { codecFor } from '../codec/instance-codecs.js'
import { onePerThread } from '../one-per-thread.js'
import type { AnyFunction } from '../registry/registry.js'

/** Whether the source of a function reads `this`; looked for once. */
const readers = onePerThread('this-readers', () => new WeakMap<AnyFunction, boolean>())

interface Owned {
  readonly method: AnyFunction
  readonly owner: () => unknown
}

/** Of what stands for a decorated static method: the method as it was written, and its class. */
const owned = onePerThread('owned-methods', () => new WeakMap<AnyFunction, Owned>())

/** @param fn Runs `method` on its owner, whatever `fn` is called on. */
export function noteOwner(fn: AnyFunction, method: AnyFunction, owner: () => unknown): void {
  owned.set(fn, { method, owner })
}

/**
 * @param self What the bridged function was called on: mostly nothing, or the module that it stands in.
 * @param fn The function; undefined for one that is known by its name only.
 * @returns the instance to run the function on; undefined where it needs none, or can't cross.
 * @throws TypeError where a static method that reads `this` is called on a class that has inherited it: in the thread, `this` would be another.
 */
export function followingThis(self: unknown, fn: AnyFunction | undefined): object | undefined {
  if (self === undefined || !fn) return undefined
  if (typeof self === 'function') assertOwner(self, fn)
  if (typeof self !== 'object' || self === null) return undefined
  try {
    return codecFor(self) && readsThis(fn) ? self : undefined
  } catch {
    // A proxy, whose traps may throw.
    return undefined
  }
}

function assertOwner(self: object, fn: AnyFunction): void {
  const known = owned.get(fn)
  const owner = known?.owner()
  if (!known || typeof owner !== 'function' || self === owner) return
  if (!Object.prototype.isPrototypeOf.call(owner, self) || !readsThis(known.method)) return
  throw new TypeError(
    `The static method '${nameOf(fn)}' was bridged in the class ${nameOf(owner)} and called on ${nameOf(self)}, which inherits it. A thread has no name for ` +
      'that class, so `this` would be another one there. Decorate an own method of that class, or pass as an argument what the method reads of `this`.',
  )
}

/** The name by its definition: a getter would be code of the user's. */
function nameOf(fn: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value
  return typeof name === 'string' && name !== '' ? name : '(anonymous)'
}

function readsThis(fn: AnyFunction): boolean {
  const known = readers.get(fn)
  if (known !== undefined) return known
  const reads = /\b(this|super)\b/.test(Function.prototype.toString.call(fn))
  readers.set(fn, reads)
  return reads
}
