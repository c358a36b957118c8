import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'
import { type TitledTest, testsIn } from './parity.ts'

/**
 * Finds the tests that a page or a list names. Each file is read once.
 * @param home Files of this folder go by their names, others by their place in the repository.
 * @returns a function of a file's name: its tests; undefined where there is no such file.
 */
export function testsOfFilesIn(home: string): (file: string) => TitledTest[] | undefined {
  const known = new Map<string, TitledTest[] | undefined>()
  return (file) => {
    if (!known.has(file)) {
      const path = [join(root, home, file), join(root, file)].find((place) => existsSync(place))
      known.set(file, path === undefined ? undefined : testsIn(readFileSync(path, 'utf8')))
    }
    return known.get(file)
  }
}
