/**
 * Both stacks of an error that came from another thread. The caller's is captured at once, but printed and joined to the
 * other only when somebody reads `stack`: that costs more than the whole call, and most errors are caught and never shown.
 */
import { joinStacks, stackOf } from './stack.js'
import { captureBeyondOwn } from './stack-capture.js'

/** What a stack is joined from; the text alone, once it was read. */
interface Parts {
  readonly remote: string
  readonly where: string
  readonly local: Error
}

/** A constructor that returns what it is given: so a private field can be put on an object that was made elsewhere. */
const Given = function given(object: object) {
  return object
} as unknown as new (
  object: object,
) => object

class LateStack extends Given {
  #stack: Parts | string

  constructor(error: Error, stack: Parts) {
    super(error)
    this.#stack = stack
  }

  static isOn(value: object): value is LateStack {
    return #stack in value
  }

  static read(holder: LateStack): string {
    const stack = holder.#stack
    if (typeof stack === 'string') return stack
    const text = joinStacks(stack.remote, stack.where, stackOf(stack.local))
    // Kept apart too: the property of a frozen error can't be replaced.
    holder.#stack = text
    return text
  }
}

/** One for all errors, since two functions for each would give each a shape of its own. */
const accessor: PropertyDescriptor = {
  get(this: object) {
    const holder = holderFor(this)
    if (!holder) return undefined
    const value = LateStack.read(holder)
    Reflect.defineProperty(holder, 'stack', { value, writable: true, enumerable: false })
    return value
  },
  set(this: object, value: unknown) {
    const isOwn = LateStack.isOn(this)
    const descriptor = { value, writable: true, configurable: true, enumerable: !isOwn }
    if (!Reflect.defineProperty(this, 'stack', descriptor))
      throw new TypeError("Cannot assign to read only property 'stack' of an error")
  },
  configurable: true,
  enumerable: false,
}

/**
 * Gives an error its own stack and, below it, the one of this call.
 * @param local Where the call was made, if that was captured then.
 */
export function joinLate(
  error: Error,
  where: string,
  local = captureBeyondOwn(() => new Error()),
): void {
  new LateStack(error, { remote: stackOf(error), where, local })
  Object.defineProperty(error, 'stack', accessor)
}

/** The error itself, or the one that `this` inherits from. */
function holderFor(start: object): LateStack | undefined {
  let object: object | null = Object(start)
  while (object !== null && !LateStack.isOn(object)) object = Object.getPrototypeOf(object)
  return object ?? undefined
}
