import { bundlerSetups } from './bundler-setups.ts'
import { compilerSetups } from './compiler-setups.ts'
import { launcherSetups } from './launcher-setups.ts'
import { loaderSetups } from './loader-setups.ts'
import type { Setup } from './setup.ts'
import { testRunnerSetups } from './test-runner-setups.ts'

export const setups: readonly Setup[] = [
  ...compilerSetups,
  ...loaderSetups,
  ...testRunnerSetups,
  ...bundlerSetups,
  ...launcherSetups,
]
