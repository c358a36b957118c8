import type { Consumer } from './consumer.ts'

const versions = ['5.9', '6', '7'] as const
const resolutions = ['node16', 'nodenext', 'bundler'] as const

const common = [
  '--strict',
  '--exactOptionalPropertyTypes',
  ...['--target', 'es2022'],
  ...['--types', 'node'],
  '--rewriteRelativeImportExtensions',
]

/** Each compiler with each way to find modules: checked with the library's own declarations in view, compiled, and run. */
const compilers: Consumer[] = versions.flatMap((version) =>
  resolutions.map((resolution): Consumer => {
    const dist = `dist-${version}-${resolution}`
    const module = resolution === 'bundler' ? 'preserve' : resolution
    const resolving = ['--module', module, '--moduleResolution', resolution]
    const tsc = ['node', `node_modules/typescript-${version}/bin/tsc`, ...common] as const
    return {
      name: `TypeScript ${version}, ${resolution}`,
      project: 'typescript',
      steps: [
        [...tsc, ...resolving, '--outDir', dist, '--rootDir', 'src', 'src/main.ts'],
        // The libraries beside ours have faults of their own, which a user skips.
        [...tsc, ...resolving, '--skipLibCheck', '--noEmit', 'src/adapters.ts'],
        ['node', `${dist}/main.js`],
      ],
    }
  }),
)

/** Where the nearest manifest says CommonJS, the other declarations and the other build are taken. */
const commonJs: Consumer[] = versions.map((version): Consumer => {
  const tsc = ['node', `node_modules/typescript-${version}/bin/tsc`, ...common] as const
  const dist = `commonjs/dist-${version}`
  return {
    name: `TypeScript ${version}, nodenext, CommonJS`,
    project: 'typescript',
    steps: [
      [
        ...tsc,
        '--module',
        'nodenext',
        '--outDir',
        dist,
        '--rootDir',
        'commonjs/src',
        'commonjs/src/main.ts',
      ],
      [...tsc, '--module', 'nodenext', '--skipLibCheck', '--noEmit', 'commonjs/src/adapters.ts'],
      ['node', `${dist}/main.js`],
    ],
  }
})

const esbuild = [
  'esbuild',
  'src/main.ts',
  '--bundle',
  '--platform=node',
  '--log-level=warning',
] as const
const vite = ['vite', 'build', '--ssr', 'src/main.ts', '--logLevel', 'warn', '--outDir'] as const

export const typescriptConsumers: readonly Consumer[] = [
  { name: 'type stripping of Node', project: 'typescript', steps: [['node', 'src/main.ts']] },
  { name: 'tsx', project: 'typescript', steps: [['tsx', 'src/main.ts']] },
  ...compilers,
  ...commonJs,
  {
    name: 'esbuild, the package beside the bundle',
    project: 'typescript',
    steps: [
      [...esbuild, '--packages=external', '--format=esm', '--outfile=beside/main.js'],
      ['node', 'beside/main.js'],
    ],
  },
  {
    name: 'esbuild, the package in the bundle, ES module',
    project: 'typescript',
    steps: [
      [...esbuild, '--format=esm', '--outfile=within/main.js'],
      ['node', 'within/main.js'],
    ],
  },
  {
    name: 'esbuild, the package in the bundle, CommonJS, minified',
    project: 'typescript',
    steps: [
      [...esbuild, '--minify', '--format=cjs', '--outfile=within/main.cjs'],
      ['node', 'within/main.cjs'],
    ],
  },
  {
    name: 'Vite’s SSR build, the package beside it',
    project: 'typescript',
    steps: [
      [...vite, 'vite-beside'],
      ['node', 'vite-beside/main.js'],
    ],
  },
  {
    name: 'Vite’s SSR build, the package in it',
    project: 'typescript',
    steps: [
      [...vite, 'vite-within', '--config', 'vite.within.config.js'],
      ['node', 'vite-within/main.js'],
    ],
  },
]
