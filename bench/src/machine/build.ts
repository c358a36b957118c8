import { runNx } from '../../../tools/nx.ts'

/**
 * Builds the core, unless it is built: what is measured is what users get.
 * @throws Error with what the build said.
 */
export function buildCore(): void {
  const args = ['run', '@syncbridge/core:build', '--output-style=static']
  const { code, output } = runNx(args, { stdio: 'pipe' })
  if (code !== 0) throw new Error(`The core can't be built:\n${output}`)
}
