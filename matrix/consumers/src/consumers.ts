import type { Consumer } from './consumer.ts'
import { typescriptConsumers } from './typescript-consumers.ts'

/** Every row of the matrix, those of one project together. */
export const consumers: readonly Consumer[] = [
  { name: 'plain script, ES modules', project: 'javascript', steps: [['node', 'main.mjs']] },
  { name: 'plain script, CommonJS', project: 'javascript', steps: [['node', 'main.cjs']] },
  ...typescriptConsumers,
  { name: 'Hono on Node', project: 'hono', steps: [['node', 'main.js']] },
  { name: 'Hono on Bun', project: 'hono', steps: [['bun', 'main.js']] },
  { name: 'Hono on Deno', project: 'hono', steps: [['deno', 'run', '--allow-all', 'main.js']] },
  {
    name: 'pnpm’s strict layout, Hono',
    project: 'hono',
    manager: 'pnpm',
    steps: [['node', 'main.js']],
  },
  {
    name: 'pnpm’s strict layout, plain script',
    project: 'javascript',
    manager: 'pnpm',
    steps: [
      ['node', 'main.mjs'],
      ['node', 'main.cjs'],
    ],
  },
  {
    name: 'an ESLint rule',
    project: 'eslint',
    steps: [['eslint', 'linted']],
    // Async code ran on a loop, and its sync code on the thread that waited.
    expect: /3:14 +error +colour \(found in main\) +words\/spelling\n\n✖ 1 problem/,
    exitCode: 1,
  },
  {
    name: 'Nest 11, CommonJS, Jest 30',
    project: 'nest-11',
    steps: [['jest']],
    env: { LEDGER_FILE: 'ledger.db' },
    expect: /^Tests: +(\d+) passed, \1 total$/m,
  },
  {
    name: 'Nest 12, ES modules, Vitest 5',
    project: 'nest-12',
    steps: [['vitest', 'run']],
    env: { LEDGER_FILE: 'ledger.db' },
    expect: /^ +Tests +(\d+) passed \(\1\)$/m,
  },
]
