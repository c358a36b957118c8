import { Latch } from './latch.js'

/** Occupies a thread through a fixture's `hold`; resolves once the code is running there. */
export async function occupied(hold, ...more) {
  const [entered, release] = [new Latch(), new Latch()]
  const done = hold(entered.memory, release.memory, ...more)
  // Its rejection is the business of whoever awaits `done`.
  done.catch(() => {})
  await Promise.race([entered.wait(), done])
  return { done, release: () => release.open() }
}
