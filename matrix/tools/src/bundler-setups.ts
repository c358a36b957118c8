import type { Setup } from './setup.ts'

const esbuild = ['esbuild', '--bundle', '--platform=node', '--sourcemap', '--log-level=error']
const external = '--packages=external'
// What is named by its URL stays a file of its own.
const oneFile = ['--outdir=dist', 'src/main.ts', 'src/plain.ts']
const shape = {
  imports: 'bare',
  rich: true,
  bundled: true,
  kind: 'program',
  run: ['node', 'dist/main.js'],
} as const

/** `main()` lets everything be one file, the library included. */
export const bundlerSetups: readonly Setup[] = [
  {
    ...shape,
    name: 'esbuild, one file, ES module',
    tool: 'esbuild',
    format: 'esm',
    build: [[...esbuild, external, '--format=esm', ...oneFile]],
  },
  {
    ...shape,
    name: 'esbuild, one file, CommonJS',
    tool: 'esbuild',
    format: 'cjs',
    build: [[...esbuild, external, '--format=cjs', ...oneFile]],
  },
  {
    ...shape,
    name: 'esbuild, one file with the library, ES module',
    tool: 'esbuild',
    format: 'esm',
    build: [[...esbuild, '--format=esm', ...oneFile]],
  },
  {
    ...shape,
    name: 'esbuild, one file with the library, CommonJS',
    tool: 'esbuild',
    format: 'cjs',
    build: [[...esbuild, '--format=cjs', ...oneFile]],
  },
  {
    ...shape,
    name: 'esbuild, minified with the library',
    tool: 'esbuild',
    format: 'esm',
    build: [[...esbuild, '--minify', '--format=esm', ...oneFile]],
  },
  {
    ...shape,
    name: 'esbuild, split',
    tool: 'esbuild',
    format: 'esm',
    build: [
      [
        ...esbuild,
        external,
        '--splitting',
        '--format=esm',
        ...oneFile,
        'src/calls.ts',
        'src/again.ts',
      ],
    ],
  },
  {
    ...shape,
    name: 'esbuild, split with the library',
    tool: 'esbuild',
    format: 'esm',
    build: [[...esbuild, '--splitting', '--format=esm', ...oneFile, 'src/calls.ts']],
  },
  {
    ...shape,
    name: 'tsup',
    tool: 'tsup',
    format: 'esm',
    build: [['tsup', '--format=esm', '--silent', 'src/main.ts', 'src/plain.ts', 'src/calls.ts']],
  },
  {
    ...shape,
    name: 'rollup, of what tsc compiled',
    tool: 'rollup',
    imports: 'js',
    format: 'esm',
    files: {
      'tsconfig.build.json': {
        extends: './tsconfig.json',
        compilerOptions: { noEmit: false, outDir: 'compiled', rootDir: 'src' },
        include: ['src'],
      },
    },
    build: [
      ['tsc', '-p', 'tsconfig.build.json'],
      [
        'rollup',
        '--silent',
        '--external=@syncbridge/core',
        '--dir=dist',
        'compiled/main.js',
        'compiled/plain.js',
      ],
    ],
  },
]
