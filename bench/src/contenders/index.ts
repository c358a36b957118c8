import type { Contender } from './contender.ts'

/** Whose number a number is: ours, another library's, or what the machine allows without any library. */
export type Kind = 'ours' | 'peer' | 'floor'

interface Entry {
  kind: Kind
  load(): Promise<{ contender: Contender }>
}

const peer = (load: Entry['load']): Entry => ({ kind: 'peer', load })
const floor = (load: Entry['load']): Entry => ({ kind: 'floor', load })

/** Loaded one a process: what another library does to the process must not show in the number. */
export const contenders = {
  syncbridge: { kind: 'ours', load: () => import('./syncbridge.ts') },
  'make-synchronized': peer(() => import('./make-synchronized.ts')),
  'make-synchronous': peer(() => import('./make-synchronous.ts')),
  synckit: peer(() => import('./synckit.ts')),
  'sync-message-port': peer(() => import('./sync-message-port.ts')),
  comlink: peer(() => import('./comlink.ts')),
  'jest-worker': peer(() => import('./jest-worker.ts')),
  piscina: peer(() => import('./piscina.ts')),
  poolifier: peer(() => import('./poolifier.ts')),
  tinypool: peer(() => import('./tinypool.ts')),
  workerpool: peer(() => import('./workerpool.ts')),
  'floor-evented': floor(() => import('./floor-evented.ts')),
  'floor-parked': floor(() => import('./floor-parked.ts')),
  'floor-port': floor(() => import('./floor-port.ts')),
  'floor-ring': floor(() => import('./floor-ring.ts')),
} satisfies Record<string, Entry>

export type ContenderName = keyof typeof contenders
