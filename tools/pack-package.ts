import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'

/** Packs a package as it would be published. @returns the tarball. */
export function packPackage(folder: string, target: string): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', target], {
      cwd: join(root, 'packages', folder),
      encoding: 'utf8',
      shell: process.platform === 'win32',
    }),
  ) as { filename: string }[]
  if (!packed) throw new Error(`npm packed nothing in ${folder}`)
  return join(target, packed.filename)
}

/** Puts a packed package where an application finds it, and leaves its lock file alone. */
export function unpackInto(home: string, name: string, tarball: string): void {
  const target = join(home, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}
