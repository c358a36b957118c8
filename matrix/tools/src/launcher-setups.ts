import type { Setup } from './setup.ts'

const compiled = {
  imports: 'js',
  format: 'esm',
  build: [['tsc', '-p', 'tsconfig.build.json']],
  kind: 'program',
} as const
const buildConfig = {
  extends: './tsconfig.json',
  compilerOptions: { noEmit: false, rootDir: 'src', outDir: 'dist' },
  include: ['src'],
}

/** Of a user's who traces calls: each thread loads it before anything else. */
const preloads = {
  'preload.js': `import { AsyncLocalStorage } from 'node:async_hooks'
import { carryStorage, stats } from '@syncbridge/core'
carryStorage('tracing', new AsyncLocalStorage())
stats()
`,
  'preload.cjs': `const { stats, syncToAsync } = require('@syncbridge/core')
syncToAsync(() => 1)
stats()
`,
}

const startedBy = (files: Readonly<Record<string, string>>) => ({
  ...compiled,
  files: { 'tsconfig.build.json': buildConfig, ...preloads, ...files },
})

/** Puts the program into a copy of Node, runs that, and hands on what it prints. */
const executable = `import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname ?? process.cwd()
const program = join(here, process.platform === 'win32' ? 'program.exe' : 'program')
const config = { main: join(here, 'starts.cjs'), disableExperimentalSEAWarning: true }
const isOneStep = Number(process.versions.node.split('.')[0]) >= 26
const output = isOneStep ? program : join(here, 'program.blob')
writeFileSync(join(here, 'sea.json'), JSON.stringify({ ...config, output }))
execFileSync(process.execPath, [isOneStep ? '--build-sea' : '--experimental-sea-config', join(here, 'sea.json')])
if (!isOneStep) {
  copyFileSync(process.execPath, program)
  const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js')
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
  execFileSync(process.execPath, [postject, program, 'NODE_SEA_BLOB', output, ...fuse])
}
const { status } = spawnSync(program, ['--verbose'], { stdio: 'inherit' })
// As large as Node.
rmSync(program)
process.exitCode = status ?? 1
`

/** The ways to start a program of Node's own, and the options that change what a thread may do. */
export const launcherSetups: readonly Setup[] = [
  {
    ...startedBy({}),
    name: 'a preload that uses the library, by --import',
    run: ['node', '--import', './preload.js', 'dist/main.js'],
  },
  {
    ...startedBy({}),
    name: 'a preload that uses the library, by --require',
    run: ['node', '--require', './preload.cjs', 'dist/main.js'],
  },
  {
    ...startedBy({}),
    name: 'a preload that uses the library, by NODE_OPTIONS',
    run: ['node', 'dist/main.js'],
    env: { NODE_OPTIONS: '--require ./preload.cjs --import ./preload.js' },
  },
  {
    ...startedBy({
      'starts.js': `import { configure } from '@syncbridge/core'
configure({ execArgv: ['--import', new URL('./preload.js', import.meta.url).href] })
await import('./dist/main.js')
`,
    }),
    name: 'a preload that uses the library, by configure({ execArgv })',
    run: ['node', 'starts.js'],
  },
  {
    ...startedBy({}),
    name: 'a program on the command line, by --input-type',
    run: ['node', '--input-type=module', '--expose-gc', '-e', `await import('./dist/main.js')`],
  },
  {
    ...startedBy({
      'starts.test.js': `import assert from 'node:assert/strict'
import test from 'node:test'
import { isMainThread } from 'node:worker_threads'
import { syncToAsync } from '@syncbridge/core'
const own = syncToAsync(() => isMainThread)
test('the program', async () => {
  assert.ok(isMainThread, 'a test runs in a thread')
  assert.equal(await own(), false)
  await import('./dist/main.js')
})
`,
    }),
    name: 'node --test, with --test-isolation=none',
    run: ['node', '--test', '--test-isolation=none', 'starts.test.js'],
    node: '23.4',
  },
  {
    ...startedBy({
      'starts.js': `import vm from 'node:vm'
const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
vm.runInThisContext(\`import('./dist/main.js')\`, { filename: 'dist/main.js', importModuleDynamically })
`,
    }),
    name: 'a script of vm, with a filename',
    run: ['node', 'starts.js'],
    node: '20.12',
  },
  {
    ...startedBy({}),
    name: 'the permission model, by --permission',
    run: ['node', '--permission', '--allow-worker', '--allow-fs-read=*', 'dist/main.js'],
    node: '23.5',
  },
  {
    ...startedBy({
      'build.js': executable,
      'starts.cjs': `require('node:module').createRequire(process.execPath)('./dist/main.js')
`,
    }),
    name: 'a single executable application',
    run: ['node', 'build.js'],
    // Its files are loaded by \`require\`, and are ES modules.
    node: '22.12',
  },
  {
    ...startedBy({}),
    name: 'without a compiler, by --jitless',
    run: ['node', '--jitless', 'dist/main.js'],
  },
]
