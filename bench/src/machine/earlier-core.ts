import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../../../tools/nx.ts'

/** A folder that holds today's benchmark beside the core of another commit. */
export interface EarlierCore {
  bench: string
  remove(): void
}

/**
 * Builds the core of a git ref in a temporary worktree outside the repository. What measures is today's benchmark, copied
 * there; its import of the core leads to the other one.
 *
 * @throws TypeError with what git says of the ref; Error with what the build said.
 */
export function buildEarlierCore(ref: string): EarlierCore {
  const folder = mkdtempSync(join(tmpdir(), 'syncbridge-bench-'))
  const tree = join(folder, 'tree')
  const remove = () => {
    spawnSync('git', ['worktree', 'remove', '--force', tree], { cwd: root })
    rmSync(folder, { recursive: true, force: true })
    process.off('exit', remove)
  }
  process.on('exit', remove)
  git('worktree', 'add', '--detach', tree, ref)
  linkModules(tree)
  const core = join(tree, 'packages/core')
  const tsup = fileURLToPath(new URL('cli-default.js', import.meta.resolve('tsup')))
  execFileSync(process.execPath, [tsup], { cwd: core, stdio: 'pipe' })
  rmSync(join(tree, 'bench'), { recursive: true, force: true })
  cpSync(join(root, 'bench/src'), join(tree, 'bench/src'), { recursive: true })
  cpSync(join(root, 'bench/package.json'), join(tree, 'bench/package.json'))
  return { bench: join(tree, 'bench'), remove }
}

/** Everything that is installed, but of our own packages the core alone, and that one the other. */
function linkModules(tree: string): void {
  const [from, to] = [join(root, 'node_modules'), join(tree, 'node_modules')]
  mkdirSync(join(to, '@syncbridge'), { recursive: true })
  for (const name of readdirSync(from)) {
    if (name !== '@syncbridge') symlinkSync(join(from, name), join(to, name), 'junction')
  }
  symlinkSync(join(tree, 'packages/core'), join(to, '@syncbridge/core'), 'junction')
}

function git(...args: string[]): void {
  const { status, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new TypeError(`git ${args.join(' ')}: ${stderr.trim()}`)
}
