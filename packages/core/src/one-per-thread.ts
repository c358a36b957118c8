/**
 * What a thread must have only one of, however many copies of this library it has loaded (ESM beside CommonJS, a loader that
 * evaluates twice, a bundle): the first copy that asks makes it, the others find it.
 */
export function onePerThread<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`syncbridge.${name}`)
  const known = Reflect.get(globalThis, key) as T | undefined
  if (known) return known
  const made = make()
  // Jest takes apart what it finds at the global object when a test file has ended, and threads may still have to say something.
  Reflect.defineProperty(made, Symbol.for('$$jest-protect-from-deletion'), { value: [] })
  Object.defineProperty(globalThis, key, { value: made })
  return made
}
