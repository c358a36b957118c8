/** The same with what needs a compiler: no eraser of types runs this. */
import { isMainThread } from 'node:worker_threads'
// A type, imported as if it were a value.
import type { Side } from './side.js'

enum Where {
  Main = 'main',
  Thread = 'a thread',
}

class Teller {
  constructor(private readonly side: Side) {}

  tell(what: string): string {
    return `${what} in ${this.side.name}`
  }
}

// Vitest may run its tests in threads of its own.
const isMain = isMainThread || Reflect.has(globalThis, '__vitest_worker__')
const teller = new Teller({ name: isMain ? Where.Main : Where.Thread })

/** What ran, and on which side of the wall. */
export const told = (what: string): string => teller.tell(what)
