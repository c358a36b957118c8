/** What hostile members throw, known again by its text; and what makes them. */
export class HostileError extends Error {}

/** As a method, a getter or a trap of a proxy. */
export function trap() {
  throw new HostileError('hostile')
}
/** Does something before it gives what is asked for. */
export function having(act, value) {
  act()
  return value
}

/** Not as a property in a literal, or a class's method: readers of source would take it for a mistake. */
export const withThen = (object, then) =>
  Object.defineProperty(object, 'then', { value: then, enumerable: true, configurable: true })
