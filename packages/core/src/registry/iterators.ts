/** Generators and iterators, one step at a time. */
import { onePerThread } from '../one-per-thread.js'
import { isThenable } from './thenable.js'

export type IteratorStep = 'next' | 'return' | 'throw'

/** What a step has given: a value, and whether it was the last. */
export class Step {
  /** Nothing of the user's is asked for it, as `instanceof` would. */
  readonly #isStep = true

  constructor(
    readonly value: unknown,
    readonly done: boolean,
  ) {}

  static is(value: unknown): value is Step {
    return typeof value === 'object' && value !== null && #isStep in value && value.#isStep
  }
}

type AnyMethod = (...args: never[]) => unknown
type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>

const AsyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
)
const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf([][Symbol.iterator]()),
)

/** Whether it is made to be iterated over, once: a generator, `map.keys()`, the rows of a statement; not an array. */
export function isIterator(value: object): boolean {
  try {
    const inherits =
      Object.prototype.isPrototypeOf.call(IteratorPrototype, value) ||
      Object.prototype.isPrototypeOf.call(AsyncIteratorPrototype, value)
    return inherits ? typeof Reflect.get(value, 'next') === 'function' : isOwnIterator(value)
  } catch {
    // A getter of the user's, or a proxy among the prototypes.
    return false
  }
}

/** The same of one that inherits nothing from the language: it has `next`, and is what it gives as its iterator. */
export function isOwnIterator(value: object): boolean {
  return givesItself(value, Symbol.iterator) || givesItself(value, Symbol.asyncIterator)
}

/** Whether its steps give promises. */
export function isAsyncIterator(value: object): boolean {
  try {
    return (
      Object.prototype.isPrototypeOf.call(AsyncIteratorPrototype, value) ||
      givesItself(value, Symbol.asyncIterator)
    )
  } catch {
    // A proxy among the prototypes.
    return false
  }
}

/** What is known of methods: whether they give the very object that they are called on. */
const known = onePerThread('iterator-methods', () => new WeakMap<object, boolean>())

/**
 * A collection gives a new iterator each time, and crosses with its fields, also where it has a method called `next`. Only a call tells
 * the two apart. It is made once for each method, since an answer holds for all instances of a class.
 */
function givesItself(value: object, symbol: symbol): boolean {
  try {
    if (!('next' in value) || !(symbol in value) || !methodOf(value, 'next')) return false
    const method = methodOf(value, symbol)
    if (!method) return false
    let isItself = known.get(method)
    if (isItself === undefined) {
      isItself = Reflect.apply(method, value, []) === value
      known.set(method, isItself)
    }
    return isItself
  } catch {
    return false
  }
}

/** A method, by its definition: a getter would be code of the user's. */
function methodOf(value: object, key: PropertyKey): AnyMethod | undefined {
  for (
    let object: object | null = value;
    object !== null;
    object = Object.getPrototypeOf(object) as object | null
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key)
    if (descriptor)
      return typeof descriptor.value === 'function' ? (descriptor.value as AnyMethod) : undefined
  }
  return undefined
}

/**
 * @param onEnd Called when there is nothing more to come.
 * @returns a `Step`, or a promise of one.
 */
export function callIterator(
  iterator: AnyIterator,
  step: IteratorStep,
  sent: readonly unknown[],
  onEnd: () => void,
): unknown {
  const finish = (result: unknown): Step => {
    if (typeof result !== 'object' || result === null) {
      onEnd()
      throw new TypeError(`Iterator result ${String(result)} is not an object`)
    }
    const { done, value } = result as IteratorResult<unknown>
    if (done) onEnd()
    return new Step(value, done === true)
  }
  const fail = (error: unknown): never => {
    onEnd()
    throw error
  }
  let result: unknown
  try {
    result = take(iterator, step, sent)
  } catch (error) {
    fail(error)
  }
  return isThenable(result) ? result.then(finish, fail) : finish(result)
}

function take(iterator: AnyIterator, step: IteratorStep, sent: readonly unknown[]): unknown {
  if (step === 'next') return iterator.next(...(sent as []))
  if (step === 'return')
    return iterator.return ? iterator.return(sent[0]) : { done: true, value: sent[0] }
  if (iterator.throw) return iterator.throw(sent[0])
  // As `yield*` does: what can't be thrown into is at least closed.
  iterator.return?.()
  throw sent[0]
}
