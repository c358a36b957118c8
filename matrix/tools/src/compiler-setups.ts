import type { Setup } from './setup.ts'

const output = { outDir: 'dist', sourceMap: true }

/** Compiled first, run by Node. */
export const compilerSetups: readonly Setup[] = [
  {
    name: 'tsc, ES modules',
    tool: 'typescript',
    imports: 'js',
    rich: true,
    format: 'esm',
    files: { 'tsconfig.build.json': buildConfig(output) },
    build: [['tsc', '-p', 'tsconfig.build.json']],
    run: ['node', 'dist/main.js'],
    kind: 'program',
  },
  {
    name: 'tsc, CommonJS',
    tool: 'typescript',
    imports: 'bare',
    rich: true,
    format: 'cjs',
    files: { 'tsconfig.build.json': buildConfig(output) },
    build: [['tsc', '-p', 'tsconfig.build.json']],
    run: ['node', 'dist/main.js'],
    kind: 'program',
  },
  {
    name: 'tsc, with --enable-source-maps',
    tool: 'typescript',
    imports: 'js',
    rich: true,
    format: 'esm',
    files: { 'tsconfig.build.json': buildConfig(output) },
    build: [['tsc', '-p', 'tsconfig.build.json']],
    run: ['node', '--enable-source-maps', 'dist/main.js'],
    kind: 'program',
  },
  {
    name: 'tsc, under c8',
    tool: 'c8',
    imports: 'js',
    rich: true,
    format: 'esm',
    files: { 'tsconfig.build.json': buildConfig(output) },
    build: [['tsc', '-p', 'tsconfig.build.json']],
    run: ['c8', '--reporter=json-summary', 'node', 'dist/main.js'],
    kind: 'program',
    node: '20.19',
  },
]

function buildConfig(compilerOptions: object): object {
  return {
    extends: './tsconfig.json',
    compilerOptions: { ...compilerOptions, noEmit: false, rootDir: 'src' },
    include: ['src'],
  }
}
