/** The folders that the matrix runs in: one for each setup, below one where the packed library is installed. */
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../../../tools/nx.ts'
import type { Setup } from './setup.ts'

const home = fileURLToPath(new URL('..', import.meta.url))
const program = join(home, 'program')
// Inside the repository, so that the tools are found where `npm ci` put them.
const work = join(home, 'work')

/** Empties the work folder and installs there what `npm publish` would send. */
export function installPackedLibrary(): void {
  rmSync(work, { recursive: true, force: true })
  const target = join(work, 'node_modules', '@syncbridge', 'core')
  mkdirSync(target, { recursive: true })
  writeFileSync(join(work, 'package.json'), '{ "private": true }\n')
  const shell = process.platform === 'win32'
  run('npm', ['pack', '--silent', '--pack-destination', work], join(root, 'packages/core'), shell)
  const [archive] = globSync('*.tgz', { cwd: work })
  if (!archive) throw new Error('npm pack left no archive')
  run('tar', ['-xzf', basename(archive), '-C', target, '--strip-components=1'], work, false)
}

function run(command: string, args: string[], cwd: string, shell: boolean): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', shell })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`)
}

/** Writes the program as this setup wants it, into a folder whose name is a trial of its own. */
export function writeProgram(setup: Setup): string {
  const folder = join(
    work,
    `${setup.name.replaceAll(/[^\w.-]+/g, '-')} ${setup.folder ?? '#1 100% é'}`,
  )
  const files: Record<string, string | object> = {
    'package.json': {
      private: true,
      type: setup.format === 'esm' ? 'module' : 'commonjs',
      dependencies: { '@syncbridge/core': '*' },
    },
    'tsconfig.json': tsconfigFor(setup),
    ...sources(setup),
    ...setup.files,
  }
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
  return folder
}

function tsconfigFor({ format, imports }: Setup): object {
  return {
    compilerOptions: {
      target: 'ES2022',
      module: format === 'esm' ? 'ESNext' : 'CommonJS',
      moduleResolution: 'Bundler',
      esModuleInterop: true,
      noEmit: true,
      rootDir: '.',
      skipLibCheck: true,
      strict: true,
      types: ['node'],
      ...(imports === 'ts' && { allowImportingTsExtensions: true, erasableSyntaxOnly: true }),
    },
    include: ['src', 'test'],
  }
}

function sources(setup: Setup): Record<string, string> {
  const files: Record<string, string> = {}
  for (const path of globSync('{src,test}/*.ts', { cwd: program })) {
    if (setup.kind === 'program' ? path.startsWith('test') : path.endsWith('main.ts')) continue
    files[path] = adapt(readFileSync(join(program, path), 'utf8'), setup)
  }
  if (setup.rich) {
    for (const path of globSync('*.ts', { cwd: join(program, 'rich') }))
      files[`src/${path}`] = adapt(readFileSync(join(program, 'rich', path), 'utf8'), setup)
  }
  return files
}

const endings = { js: '.js', ts: '.ts', bare: '' }

function adapt(text: string, { bundled, imports, format, kind }: Setup): string {
  const registered = bundled ? text : text.replace(/^registerError\(.*\n/m, '')
  const named = registered.replaceAll(
    /((?:from|await import\()\s*'\.\.?\/[^']+)\.js'/g,
    `$1${endings[imports]}'`,
  )
  const placed =
    format === 'cjs' && named.includes('import.meta.url')
      ? `import { pathToFileURL } from 'node:url'\n${named.replaceAll('import.meta.url', 'pathToFileURL(__filename)')}`
      : named
  return kind === 'jest'
    ? placed.replace(
        "import { expect, vi as runner, test } from 'vitest'",
        "import { expect, jest as runner, test } from '@jest/globals'",
      )
    : placed
}
