/** How the machine is while a process measures. */
export type ConditionName = 'pinned' | 'free' | 'cold' | 'hogs'

interface Condition {
  about: string
  /** Both threads on one core. */
  pinned?: boolean
  /** How many other processes compute all the time. */
  hogs?: number
}

export const conditions: Record<ConditionName, Condition> = {
  pinned: { about: 'all threads on one core', pinned: true },
  free: { about: 'both cores free, back to back' },
  cold: { about: 'both cores free, 2 ms between calls' },
  hogs: { about: 'both cores taken by other processes', hogs: 2 },
}
