// `npm run check`: everything that can be told without running a test.
import { runSteps } from './steps.ts'

process.exitCode = runSteps([
  { name: 'format', command: ['biome', 'check', '--linter-enabled=false', '.'] },
  { name: 'lint', command: ['biome', 'lint', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '-b'] },
  {
    name: 'layers',
    command: ['depcruise', 'packages', 'apps', 'bench', 'matrix', 'site', 'tools'],
  },
  { name: 'unused', command: ['knip'] },
  { name: 'lock file', command: ['node', 'tools/check-lock.ts'] },
  { name: 'build', command: ['nx', 'run-many', '-t', 'build', '--output-style=static'] },
  { name: 'packages', command: ['node', 'tools/check-packages.ts'] },
  { name: 'parity', command: ['node', 'tools/check-parity.ts'] },
  { name: 'promises', command: ['node', 'tools/check-promises.ts'] },
  { name: 'docs', command: ['node', 'tools/check-docs.ts'] },
  { name: 'tools page', command: ['node', 'matrix/tools/src/check-page.ts'] },
  { name: 'changesets', command: ['node', 'tools/check-changesets.ts'] },
])
