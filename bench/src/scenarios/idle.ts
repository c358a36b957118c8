import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.ts'

const WATCH_MS = 1000

export const idle: Scenario = {
  name: 'idle',
  about: 'the CPU time of a second in which nothing is called, after calls both ways',
  conditions: ['free'],
  contenders: ['syncbridge', 'floor-idle'],
  async measure({ awaited, blocking }) {
    const call = await awaited?.('echoSync', 1)
    const block = await blocking?.('echo')
    for (let index = 0; index < 2000; index++) {
      await call?.(index)
      block?.(index)
    }
    await sleep(200)
    const before = process.cpuUsage()
    await sleep(WATCH_MS)
    const { user, system } = process.cpuUsage(before)
    return { 'CPU a second': { value: ((user + system) * 1000) / WATCH_MS, unit: 'µs' } }
  },
}
