// What Jest and Vitest both have as globals.
declare function describe(name: string, body: () => void): void
declare function it(name: string, body: () => void | Promise<void>, timeout?: number): void
declare function beforeAll(body: () => void | Promise<void>): void
declare function afterAll(body: () => void | Promise<void>): void
declare function expect(value: unknown): {
  readonly not: ReturnType<typeof expect>
  toBe(other: unknown): void
  toBeInstanceOf(type: unknown): void
  toEqual(other: unknown): void
  toMatch(pattern: RegExp): void
}
