import type { ContenderName } from '../contenders/index.ts'
import type { Scenario } from './scenario.ts'

const packages: Partial<Record<ContenderName, string>> = {
  syncbridge: '@syncbridge/core',
  piscina: 'piscina',
  tinypool: 'tinypool',
  poolifier: 'poolifier',
  workerpool: 'workerpool',
  comlink: 'comlink',
  'jest-worker': 'jest-worker',
  synckit: 'synckit',
  'make-synchronized': 'make-synchronized',
}

export const importing: Scenario = {
  name: 'import',
  about: 'the import of the package, in a process that has loaded nothing',
  conditions: ['free'],
  contenders: Object.keys(packages) as ContenderName[],
  repeat: 3,
  bare: true,
  async measure(_contender, _condition, name) {
    const start = performance.now()
    await import(packages[name] ?? name)
    return { import: { value: (performance.now() - start) * 1000, unit: 'µs' } }
  },
}
