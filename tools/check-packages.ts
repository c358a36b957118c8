// What users will get: packs every public package, has publint and attw judge the tarball, and looks at its size and its manifest.
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './nx.ts'
import {
  faultsOfManifest,
  faultsOfSize,
  type Manifest,
  type PackedFile,
  type SizeBudget,
} from './package-rules.ts'

const budgets: Record<string, SizeBudget> = {
  '@syncbridge/core': { packed: 732_000, unpacked: 2_570_000, code: 358_000 },
  '@syncbridge/hono': { packed: 54_000, unpacked: 186_000, code: 22_000 },
  '@syncbridge/nestjs': { packed: 81_000, unpacked: 300_000, code: 45_000 },
}

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
    const said = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as Manifest
    const { name } = said
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', tarballs], {
        cwd: join(root, dirname(manifest)),
        encoding: 'utf8',
        shell: windows,
      }),
    ) as { filename: string; size: number; unpackedSize: number; files: PackedFile[] }[]
    if (!packed) return false
    const tarball = join(tarballs, packed.filename)
    const faults = [...faultsOfSize(packed, budgets[name]), ...faultsOfManifest(said)]
    for (const fault of faults) console.error(`${name} ${fault}`)
    return [
      faults.length === 0,
      isFlat(
        name,
        packed.files.map(({ path }) => path),
      ),
      judge(name, 'publint', ['--strict', tarball]),
      judge(name, 'attw', ['--format', 'ascii', '--no-color', tarball]),
    ].every(Boolean)
  })

process.exitCode = verdicts.every(Boolean) ? 0 : 1
