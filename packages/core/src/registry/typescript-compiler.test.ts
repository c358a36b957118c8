import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findCompiler } from './typescript-compiler.js'

const file = fileURLToPath(import.meta.url)
const source = `
import { Shape } from './shape'
import { area } from './area'
enum Unit { Metre = 'm' }
export class Square implements Shape {
  constructor(private readonly side: number) {}
  area(): string { return area(this.side) + Unit.Metre }
}
`

describe('a compiler of the project', () => {
  for (const name of ['typescript', 'swc', 'esbuild', 'oxc'] as const) {
    test(`writes an ES module, without what is only a type: ${name}`, () => {
      const output = findCompiler('jest', file, [name])?.(source, file, 'module')
      expect(output).toMatch(/from ['"]\.\/area['"]/)
      expect(output).not.toContain('./shape')
      expect(output).toMatch(/this\.side = side/)
      expect(output).toMatch(/Metre|"m"/)
      expect(output).toMatch(/\/\/# sourceMappingURL=data:application\/json/)
    })
  }

  for (const name of ['typescript', 'swc', 'esbuild'] as const) {
    test(`writes CommonJS: ${name}`, () => {
      const output = findCompiler('jest', file, [name])?.(source, file, 'commonjs')
      expect(output).toMatch(/require\(['"]\.\/area['"]\)/)
      expect(output).not.toMatch(/^(import|export) /m)
    })
  }

  test('gives way to the next one where it can’t do what is asked for', () => {
    expect(findCompiler('vitest', file, ['oxc', 'swc'])?.(source, file, 'commonjs')).toContain(
      'require(',
    )
  })

  test('says what is wrong with the source', () => {
    expect(() =>
      findCompiler('vitest', file, ['oxc'])?.('export const = 1', file, 'module'),
    ).toThrow()
  })

  test('is undefined where none is installed', () => {
    expect(findCompiler('jest', '/nowhere/at/all.ts', ['swc', 'typescript'])).toBeUndefined()
  })
})
