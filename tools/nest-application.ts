import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInGroup } from './child.ts'
import { root } from './nx.ts'
import { unpackInto } from './pack-package.ts'

const INSTALL_DEADLINE_MS = 600_000

/**
 * Installs the application of matrix/nest for one Nest: all that is in its lock file and our packages, compiled as such applications are.
 *
 * @param work Where its folder is made.
 * @param tarballs By the packages' names.
 * @returns The folder.
 */
export async function installNestApplication(
  major: '11' | '12',
  work: string,
  tarballs: Readonly<Record<string, string>>,
): Promise<string> {
  const home = join(work, `nest-${major}`)
  cpSync(join(root, 'matrix/nest', `nest-${major}`), home, { recursive: true })
  const { code } = await runInGroup('npm', ['ci', '--ignore-scripts'], {
    cwd: home,
    deadline: INSTALL_DEADLINE_MS,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (code !== 0) throw new Error(`npm ci ended with ${code} in matrix/nest/nest-${major}`)
  for (const [name, tarball] of Object.entries(tarballs)) unpackInto(home, name, tarball)
  cpSync(join(root, 'matrix/nest/app'), join(home, 'app'), { recursive: true })
  cpSync(join(home, 'ledger-module-file.ts'), join(home, 'app/ledger-module-file.ts'))
  compile(home)
  return home
}

function compile(home: string): void {
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  const types = join(root, 'node_modules/@types')
  execFileSync(process.execPath, [tsc, '-p', join(home, 'app'), '--typeRoots', types], {
    stdio: 'inherit',
  })
}
