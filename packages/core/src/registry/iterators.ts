/** Generators and iterators, one step at a time. */
import { isThenable } from './thenable.js'

export type IteratorStep = 'next' | 'return' | 'throw'

/** What a step has given: a value, and whether it was the last. */
export class Step {
  constructor(
    readonly value: unknown,
    readonly done: boolean,
  ) {}
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>

const AsyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
)
const IteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf([][Symbol.iterator]()),
)

/** Whether it is made to be iterated over, once: a generator, `map.keys()`, the rows of a statement; not an array. */
export function isIterator(value: object): value is Iterator<unknown> {
  return (
    (Object.prototype.isPrototypeOf.call(IteratorPrototype, value) || isAsyncIterator(value)) &&
    typeof Reflect.get(value, 'next') === 'function'
  )
}

export function isAsyncIterator(value: object): boolean {
  return Object.prototype.isPrototypeOf.call(AsyncIteratorPrototype, value)
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

/** Nobody will go on with them: what they hold is freed by their `finally`. All of them, also after one has failed. @throws the first error. */
export function closeIterators(iterators: ReadonlyArray<AnyIterator>): void {
  const errors: unknown[] = []
  for (const iterator of iterators) {
    try {
      const closed: unknown = iterator.return?.()
      // There is nobody to tell.
      if (isThenable(closed)) closed.then(undefined, () => undefined)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
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
