import type { Setup } from './setup.ts'

const jest = { tool: 'jest', rich: true, kind: 'jest' } as const
const jestCjs = { ...jest, imports: 'bare', format: 'cjs', run: ['jest'] } as const
const jestEsm = {
  ...jest,
  imports: 'js',
  format: 'esm',
  run: ['jest'],
  env: { NODE_OPTIONS: '--experimental-vm-modules' },
} as const
/** TypeScript's way to name a module by what it will be compiled to, which Jest has to be told of. */
const compiledNames = { moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' } }
/** Vite itself warns of `#` in a path, and finds no tests there. */
const noHash = '1 100% é'
const vitest = {
  tool: 'vitest',
  rich: true,
  kind: 'vitest',
  node: '22.12',
  folder: noHash,
} as const

/** The tests of a user, and nothing configured for the bridge. */
export const testRunnerSetups: readonly Setup[] = [
  {
    ...jestCjs,
    name: 'Jest, CommonJS, ts-jest',
    files: {
      'jest.config.json': { transform: { '\\.ts$': ['ts-jest', { diagnostics: false }] } },
    },
  },
  {
    ...jestCjs,
    name: 'Jest, CommonJS, @swc/jest',
    files: {
      'jest.config.json': { transform: { '\\.ts$': '@swc/jest' } },
      '.swcrc': { jsc: { parser: { syntax: 'typescript', decorators: true } } },
    },
  },
  {
    ...jestCjs,
    name: 'Jest, CommonJS, babel',
    files: {
      'jest.config.json': {},
      'babel.config.json': {
        presets: ['@babel/preset-typescript'],
        plugins: [
          '@babel/plugin-transform-dynamic-import',
          '@babel/plugin-transform-modules-commonjs',
        ],
      },
    },
  },
  {
    ...jestEsm,
    name: 'Jest, ES modules, ts-jest',
    files: {
      'jest.config.json': {
        ...compiledNames,
        extensionsToTreatAsEsm: ['.ts'],
        transform: { '\\.ts$': ['ts-jest', { diagnostics: false, useESM: true }] },
      },
    },
  },
  {
    ...jestEsm,
    name: 'Jest, ES modules, @swc/jest',
    files: {
      'jest.config.json': {
        ...compiledNames,
        extensionsToTreatAsEsm: ['.ts'],
        transform: { '\\.ts$': '@swc/jest' },
      },
      '.swcrc': { jsc: { parser: { syntax: 'typescript', decorators: true } } },
    },
  },
  ...(['forks', 'threads', 'vmThreads'] as const).map((pool) => ({
    ...vitest,
    name: `Vitest, ${pool}`,
    imports: pool === 'threads' ? ('js' as const) : ('bare' as const),
    format: 'esm' as const,
    run: ['vitest', 'run', `--pool=${pool}`],
  })),
]
