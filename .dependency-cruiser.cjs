// Who may import whom. The rooms of the core stand in layers: a room imports only rooms on lower layers.
// Imports of types count too: a type pulls its reader up as surely as a function does.
const layers = [
  [
    'builtins.ts',
    'environment.ts',
    'errors.ts',
    'protocol.ts',
    'one-per-thread.ts',
    'own-timers.ts',
    'version.ts',
  ],
  ['thread-address.ts', 'call-safely.ts', 'print-thrown.ts'],
  ['registry', 'cancellation', 'diagnostics'],
  ['context', 'codec'],
  ['channel'],
  ['call'],
  ['thread'],
  ['executor'],
  ['runtime'],
  ['bridge'],
  ['index.ts', 'thread-entry.ts'],
]

const core = '^packages/core/src/'
const pathOf = (room) => core + (room.endsWith('.ts') ? `${room.replace('.', '\\.')}$` : `${room}/`)

const rooms = layers.flatMap((layer, height) =>
  layer.map((room) => ({
    name: `core-layer-${room.replace('.ts', '')}`,
    comment: `${room} may import only itself and: ${layers.slice(0, height).flat().join(', ') || 'nothing'}.`,
    severity: 'error',
    from: { path: pathOf(room), pathNot: '\\.test\\.ts$' },
    to: {
      path: core,
      pathNot: [room, ...layers.slice(0, height).flat()].map(pathOf),
    },
  })),
)

const only = (name, builtin, owners) => ({
  name,
  comment: `${builtin} belongs to: ${owners.join(', ')}.`,
  severity: 'error',
  from: { path: core, pathNot: [...owners.map((owner) => core + owner), '\\.test\\.ts$'] },
  to: { path: `^(node:)?${builtin}$`, dependencyTypesNot: ['type-only'] },
})

const nobody = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    ...rooms,
    nobody(
      'core-room-is-known',
      'A new room in the core needs its place in the list of layers in this file.',
      {},
      { path: core, pathNot: layers.flat().map(pathOf) },
    ),
    only('core-threads', 'worker_threads', [
      'channel/',
      'thread/',
      'runtime/',
      'codec/transfer\\.ts',
      'thread-entry\\.ts',
    ]),
    only('core-async-hooks', 'async_hooks', ['context/']),
    nobody(
      'core-verbs-apart',
      'The two directions meet in the runtime, never in each other.',
      { path: `${core}bridge/(sync-to-async|async-to-sync)\\.ts$` },
      { path: `${core}bridge/(sync-to-async|async-to-sync)\\.ts$` },
    ),
    nobody(
      'core-stands-alone',
      'The core has no dependency but Node.',
      { path: core, pathNot: '\\.test\\.ts$' },
      { path: ['node_modules', '^packages/(?!core/)', '^apps/'] },
    ),
    nobody(
      'adapters-know-the-core-by-name',
      'An adapter imports @syncbridge/core as its users do, and no other adapter.',
      { path: '^packages/(?!core/)([^/]+)/' },
      {
        path: '^(packages|apps)/',
        pathNot: ['^packages/$1/', '^packages/core/(src/index\\.ts|dist/index\\.)'],
      },
    ),
    nobody(
      'apps-know-packages-by-name',
      'An app imports packages as their users do.',
      { path: '^apps/([^/]+)/' },
      {
        path: '^(packages|apps)/',
        pathNot: ['^apps/$1/', '^packages/[^/]+/(src/index\\.ts|dist/index\\.)'],
      },
    ),
    nobody(
      'bench-knows-packages-by-name',
      'What is measured is what users import.',
      { path: '^bench/' },
      {
        path: '^(packages|apps)/',
        pathNot: '^packages/(core|hono|nestjs)/(src/index\\.ts|dist/index\\.)',
      },
    ),
    nobody(
      'tools-are-nobodys-library',
      'What is delivered never depends on the tools that build and measure it.',
      { path: '^(packages|apps)/[^/]+/(src|test)/' },
      { path: '^(tools|bench|matrix)/' },
    ),
    nobody('no-cycles', 'A cycle makes two files one.', {}, { circular: true }),
    nobody(
      'resolvable',
      'An import that leads nowhere.',
      // Modules that are broken on purpose, and the applications of the Nest matrix, which are put together elsewhere.
      { pathNot: ['/fixtures/broken/', '^matrix/nest/'] },
      { couldNotResolve: true },
    ),
    nobody(
      'declared',
      'What a package imports is named in its package.json.',
      { path: '^(packages|apps)/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm-peer'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: ['^((packages|apps)/[^/]+|site)/dist/', '^site/test/programs/', '^\\.types/'],
    },
    enhancedResolveOptions: {
      conditionNames: ['@syncbridge/source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
  },
}
