import { createSyncFn } from 'synckit'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  blocking: (task) => createSyncFn(new URL(`../threads/synckit-${task}.js`, import.meta.url)),
}
