/** Whether what a function has given is yet to come. What throws when it is asked is no promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  try {
    return typeof Reflect.get(value, 'then') === 'function'
  } catch {
    return false
  }
}
