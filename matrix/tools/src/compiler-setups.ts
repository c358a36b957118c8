import type { Setup } from './setup.ts'

const output = { outDir: 'dist', sourceMap: true }

const byTsc = {
  tool: 'typescript',
  imports: 'js',
  rich: true,
  format: 'esm',
  files: { 'tsconfig.build.json': buildConfig(output) },
  build: [['tsc', '-p', 'tsconfig.build.json']],
  run: ['node', 'dist/main.js'],
  kind: 'program',
} as const

/** Compiled first, run by Node. */
export const compilerSetups: readonly Setup[] = [
  { ...byTsc, name: 'tsc, ES modules' },
  { ...byTsc, name: 'tsc, CommonJS', imports: 'bare', format: 'cjs' },
  {
    ...byTsc,
    name: 'tsc, with --enable-source-maps',
    run: ['node', '--enable-source-maps', 'dist/main.js'],
  },
  {
    ...byTsc,
    name: 'tsc, under c8',
    tool: 'c8',
    run: ['c8', '--reporter=json-summary', 'node', 'dist/main.js'],
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
