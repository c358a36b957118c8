import { describe, expect, test } from 'vitest'
import { isTopLevelFrame } from './top-level-frame.js'

/** A frame as an engine reports it; what is left out is what it says of any function. */
interface Reported {
  name?: string | null
  text?: string
  native?: boolean
  async?: boolean
  enclosing?: readonly [line: number, column: number | null]
}

const frame = ({ name = null, text = '/app.js:2:1', native, async, enclosing }: Reported) =>
  ({
    getFunctionName: () => name,
    getFileName: () => '/app.js',
    getLineNumber: () => 2,
    getColumnNumber: () => 1,
    isEval: () => false,
    isAsync: () => async ?? false,
    isNative: () => native ?? false,
    toString: () => text,
    ...(enclosing && {
      getEnclosingLineNumber: () => enclosing[0],
      getEnclosingColumnNumber: () => enclosing[1],
    }),
  }) as NodeJS.CallSite

/** Which frames, the innermost first, are taken for a module's own code. */
const topLevel = (...stack: Reported[]) => {
  const sites = stack.map(frame)
  return sites.flatMap((_site, index) => (isTopLevelFrame(sites, index) ? [index] : []))
}

const helper = { name: 'helper', text: 'helper (/app.js:2:1)' }

describe('a module’s own code is told from a function', () => {
  test('in Node by where what encloses it begins', () => {
    const arrow = { enclosing: [2, 9] } as const
    const module = { enclosing: [1, 1] } as const
    const loader = { name: 'run', enclosing: [318, 3] } as const
    expect(topLevel({ ...helper, enclosing: [3, 1] }, arrow, module, loader)).toEqual([2])
    expect(topLevel({ enclosing: [1, null] })).toEqual([0])
    expect(topLevel(arrow)).toEqual([])
    expect(topLevel({ ...module, async: true })).toEqual([])
  })

  test('in Deno by the end of the stack, where an ES module is evaluated', () => {
    expect(topLevel(helper, {}, { name: 'map' }, {})).toEqual([3])
    expect(topLevel(helper, { name: 'asyncFunction', async: true })).toEqual([])
  })

  test('in Deno by the loader below it, where a CommonJS module is', () => {
    const module = { text: 'Object.<anonymous> (/app.js:2:1)' }
    const compile = { name: 'Module._compile' }
    const stack = [helper, {}, module, compile, { name: 'require' }, module, compile, {}]
    expect(topLevel(...stack)).toEqual([2, 5, 7])
  })

  test('in Bun by being printed without a name, where an ES module is evaluated', () => {
    const block = { name: '', text: '<anonymous> (/app.js:2:1)' }
    expect(topLevel(helper, block, { name: '' }, { name: '' })).toEqual([2, 3])
    expect(topLevel(helper)).toEqual([])
  })

  test('in Bun by the native code below it, where a CommonJS module is', () => {
    const module = { name: '', text: '<anonymous> (/app.js:2:1)' }
    const native = { name: 'anonymous', text: 'anonymous (native)', native: true }
    expect(topLevel(helper, module, module, native, module)).toEqual([2, 4])
    expect(topLevel(helper, { ...native, name: '' })).toEqual([])
  })
})
