import { dirname, join } from 'node:path'
import { fs } from '../builtins.js'

/** The `type` of the package that a file belongs to. */
export function packageTypeOf(file: string): 'module' | 'commonjs' | undefined {
  for (let at = dirname(file); ; at = dirname(at)) {
    try {
      return JSON.parse(fs().readFileSync(join(at, 'package.json'), 'utf8')).type
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}
