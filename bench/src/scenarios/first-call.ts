import type { Scenario } from './scenario.ts'

export const firstCall: Scenario = {
  name: 'first-call',
  about: 'the first call of a process, the library imported before, the thread started by the call',
  conditions: ['free'],
  contenders: [
    'syncbridge',
    'piscina',
    'piscina-best',
    'tinypool',
    'poolifier',
    'workerpool',
    'comlink',
    'jest-worker',
    'synckit',
    'make-synchronized',
    'floor-thread',
  ],
  repeat: 3,
  async measure({ awaited, blocking }) {
    const start = performance.now()
    const call = (await awaited?.('echoSync', 1)) ?? (await blocking?.('echo'))
    if ((await call?.(42)) !== 42) throw new Error('It gave another value back.')
    return { 'first call': { value: (performance.now() - start) * 1000, unit: 'µs' } }
  },
}
