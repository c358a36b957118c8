import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The `type` of the package that a file belongs to. */
export function packageTypeOf(file: string): 'module' | 'commonjs' | undefined {
  for (let at = dirname(file); ; at = dirname(at)) {
    try {
      return JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).type
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}
