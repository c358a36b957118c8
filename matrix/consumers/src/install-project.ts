import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runAndRead } from '../../../tools/child.ts'
import { installNestApplication } from '../../../tools/nest-application.ts'
import { install, type RuntimePackage } from '../../../tools/runtimes.ts'
import { userEnvironment } from '../../../tools/user-environment.ts'
import type { Consumer } from './consumer.ts'

const INSTALL_DEADLINE_MS = 300_000
const projects = fileURLToPath(new URL('../projects', import.meta.url))

const pnpm: RuntimePackage = {
  name: 'pnpm',
  candidates: [{ package: 'pnpm', version: '10.34.8', binary: 'bin/pnpm.cjs' }],
}

/** Which of our packages a project asks for. */
const packagesOf = {
  eslint: ['core'],
  hono: ['core', 'hono'],
  javascript: ['core'],
  typescript: ['core', 'hono', 'nestjs'],
} as const

/**
 * Copies a project into a folder of its own and has its package manager install it, with our packages as tarballs.
 *
 * @param tarballs By the names of the packages' folders.
 * @returns The folder.
 * @throws Error with what the package manager said.
 */
export async function installProject(
  { project, manager }: Consumer,
  work: string,
  tarballs: Readonly<Record<string, string>>,
): Promise<string> {
  if (project === 'nest-11' || project === 'nest-12') {
    const { core = '', nestjs = '' } = tarballs
    const packages = { '@syncbridge/core': core, '@syncbridge/nestjs': nestjs }
    return installNestApplication(project === 'nest-11' ? '11' : '12', work, packages)
  }
  const home = join(work, `${project}${manager ? `-${manager}` : ''}`)
  cpSync(join(projects, project), home, { recursive: true })
  if (project === 'typescript') {
    cpSync(join(home, 'src'), join(home, 'commonjs/src'), { recursive: true })
    writeFileSync(join(home, 'commonjs/package.json'), '{ "type": "commonjs" }\n')
  }
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  manifest.dependencies ??= {}
  for (const name of packagesOf[project])
    manifest.dependencies[`@syncbridge/${name}`] = `file:${tarballs[name]}`
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest, null, 2))
  const [file, args] =
    manager === 'pnpm'
      ? [process.execPath, [install(pnpm).path, 'install', '--reporter=append-only']]
      : ['npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']]
  const { code, late, output } = await runAndRead(file, args, {
    cwd: home,
    deadline: INSTALL_DEADLINE_MS,
    env: userEnvironment(),
    shell: process.platform === 'win32' && file === 'npm',
  })
  if (code === 0) return home
  const how = late ? `did not end within ${INSTALL_DEADLINE_MS / 1000} s` : `ended with ${code}`
  throw new Error(`installing ${project} by ${manager ?? 'npm'} ${how}\n${output}`)
}
