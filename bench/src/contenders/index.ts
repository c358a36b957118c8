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
  asgiref: peer(() => import('./asgiref.ts')),
  comlink: peer(() => import('./comlink.ts')),
  'jest-worker': peer(() => import('./jest-worker.ts')),
  piscina: peer(() => import('./piscina.ts')),
  'piscina-best': peer(() => import('./piscina-best.ts')),
  poolifier: peer(() => import('./poolifier.ts')),
  'poolifier-best': peer(() => import('./poolifier-best.ts')),
  tinypool: peer(() => import('./tinypool.ts')),
  'tinypool-best': peer(() => import('./tinypool-best.ts')),
  workerpool: peer(() => import('./workerpool.ts')),
  'floor-evented': floor(() => import('./floor-evented.ts')),
  'floor-idle': floor(() => import('./floor-idle.ts')),
  'floor-parked': floor(() => import('./floor-parked.ts')),
  'floor-port': floor(() => import('./floor-port.ts')),
  'floor-ring': floor(() => import('./floor-ring.ts')),
  'floor-thread': floor(() => import('./floor-thread.ts')),
} satisfies Record<string, Entry>

export type ContenderName = keyof typeof contenders
