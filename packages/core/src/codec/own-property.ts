/** Sets a property of an object's own, whatever that inherits under its name: `__proto__` is one like any other. */
export function setOwn(object: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}
