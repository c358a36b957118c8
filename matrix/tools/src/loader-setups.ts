import type { Setup } from './setup.ts'

const tsx = { tool: 'tsx', imports: 'bare', rich: true, kind: 'program' } as const
const swc = { tool: '@swc-node/register', imports: 'bare', rich: true, kind: 'program' } as const

/** Nothing is compiled before: Node, or a loader in it, runs the sources. */
export const loaderSetups: readonly Setup[] = [
  {
    name: 'type stripping of Node, ES modules',
    imports: 'ts',
    format: 'esm',
    run: ['node', 'src/main.ts'],
    kind: 'program',
    node: '22.18',
  },
  {
    ...tsx,
    name: 'tsx, by --import',
    format: 'esm',
    run: ['node', '--import', 'tsx', 'src/main.ts'],
  },
  { ...tsx, name: 'tsx, its command', format: 'esm', run: ['tsx', 'src/main.ts'] },
  {
    ...tsx,
    name: 'tsx, by NODE_OPTIONS',
    format: 'esm',
    run: ['node', 'src/main.ts'],
    env: { NODE_OPTIONS: '--import tsx' },
  },
  {
    ...tsx,
    name: 'tsx, by --require, CommonJS',
    format: 'cjs',
    run: ['node', '--require', 'tsx/cjs', 'src/main.ts'],
  },
  { ...tsx, name: 'tsx, its command, CommonJS', format: 'cjs', run: ['tsx', 'src/main.ts'] },
  {
    ...swc,
    name: 'swc-node, ES modules',
    // It takes URLs apart as if they were paths.
    folder: '1 é',
    format: 'esm',
    run: ['node', '--import', '@swc-node/register/esm-register', 'src/main.ts'],
  },
  {
    ...swc,
    name: 'swc-node, CommonJS',
    format: 'cjs',
    run: ['node', '--require', '@swc-node/register', 'src/main.ts'],
  },
  {
    name: 'ts-node, CommonJS',
    tool: 'ts-node',
    imports: 'bare',
    rich: true,
    format: 'cjs',
    run: ['node', '--require', 'ts-node/register/transpile-only', 'src/main.ts'],
    kind: 'program',
  },
]
