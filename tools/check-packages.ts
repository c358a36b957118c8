// What users will get: packs every public package and has publint and attw judge the tarball.
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './nx.ts'

const windows = process.platform === 'win32'
const tarballs = mkdtempSync(join(tmpdir(), 'syncbridge-pack-'))
process.on('exit', () => rmSync(tarballs, { recursive: true, force: true }))

function judge(name: string, file: string, args: string[]): boolean {
  const { status } = spawnSync(file, args, { cwd: root, shell: windows, stdio: 'inherit' })
  if (status !== 0) console.error(`${name}: ${file} found fault`)
  return status === 0
}

/** A thread's file is looked for beside whichever chunk asks, so the chunks must all be in one folder. */
function isFlat(name: string, files: string[]): boolean {
  const deep = files.filter((file) => /^dist\/.*\//.test(file))
  for (const file of deep) console.error(`${name}: ${file} is not directly in dist`)
  return deep.length === 0
}

const verdicts = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .map((manifest) => {
    const { name } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { name: string }
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', tarballs], {
        cwd: join(root, dirname(manifest)),
        encoding: 'utf8',
        shell: windows,
      }),
    ) as { filename: string; files: { path: string }[] }[]
    if (!packed) return false
    const tarball = join(tarballs, packed.filename)
    return [
      isFlat(
        name,
        packed.files.map(({ path }) => path),
      ),
      judge(name, 'publint', ['--strict', tarball]),
      judge(name, 'attw', ['--format', 'ascii', '--no-color', tarball]),
    ].every(Boolean)
  })

process.exitCode = verdicts.every(Boolean) ? 0 : 1
