// `npm run release:publish`: builds the packages, judges what would be packed, and publishes what the registry does not have yet.
// The workflow of releases and `npm run release:rehearse` both call it, this one with `--without-provenance`: only the workflow can
// prove where it builds. Either changes the manifests of the checkout that it works in.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../nx.ts'

interface Manifest {
  repository?: { type: string; url: string; directory: string }
  publishConfig?: { provenance?: boolean }
}

const { values } = parseArgs({ options: { 'without-provenance': { type: 'boolean' } } })
nameRepository(process.env.GITHUB_SERVER_URL, process.env.GITHUB_REPOSITORY)
run('nx', 'run-many', '-t', 'build', '-p', 'packages/*', '--output-style=static')
run('node', 'tools/check-packages.ts')
if (values['without-provenance']) change((manifest) => delete manifest.publishConfig?.provenance)
run('changeset', 'publish')

/** The registry takes a proof of where a package was built only from the repository that the package names. */
function nameRepository(server: string | undefined, repository: string | undefined): void {
  if (!server || !repository) return
  const url = `git+${server}/${repository}.git`
  change((manifest, directory) => {
    manifest.repository = { type: 'git', url, directory }
  })
}

function change(edit: (manifest: Manifest, folder: string) => void): void {
  for (const file of globSync('packages/*/package.json', { cwd: root })) {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, file), 'utf8'))
    edit(manifest, dirname(file).replaceAll('\\', '/'))
    writeFileSync(join(root, file), `${JSON.stringify(manifest, null, 2)}\n`)
  }
}

function run(command: string, ...args: string[]): void {
  const shell = process.platform === 'win32'
  const { status } = spawnSync(command, args, { cwd: root, shell, stdio: 'inherit' })
  if (status === 0) return
  console.error(`${command} ${args.join(' ')} ended with ${status}: not everything is published.`)
  process.exit(status ?? 1)
}
