// `npm run release:publish`: builds the packages, judges what would be packed, and publishes what the registry does not have yet.
// The workflow of releases and `npm run release:rehearse` both call it.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../nx.ts'

nameRepository(process.env.GITHUB_SERVER_URL, process.env.GITHUB_REPOSITORY)
run('nx', 'run-many', '-t', 'build', '-p', 'packages/*', '--output-style=static')
run('node', 'tools/check-packages.ts')
run('changeset', 'publish')

/** The registry takes a proof of where a package was built only from the repository that the package names. */
function nameRepository(server: string | undefined, repository: string | undefined): void {
  if (!server || !repository) return
  for (const file of globSync('packages/*/package.json', { cwd: root })) {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8'))
    const url = `git+${server}/${repository}.git`
    manifest.repository = { type: 'git', url, directory: dirname(file).replaceAll('\\', '/') }
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
