import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from './scenario.ts'

const IN_FLIGHT = 64
const WATCH_MS = 600

export const loopDelay: Scenario = {
  name: 'loop-delay',
  about: 'how late the main loop’s timers of 1 ms are while 64 calls are kept in flight',
  conditions: ['free'],
  contenders: [
    'syncbridge',
    'piscina',
    'piscina-best',
    'tinypool',
    'poolifier',
    'comlink',
    'floor-ring',
    'floor-idle',
  ],
  async measure(contender) {
    const call = await contender.awaited?.('echoSync', 1)
    let isOver = false
    const chain = async () => {
      while (!isOver) await call?.(42)
    }
    const chains = call ? Array.from({ length: IN_FLIGHT }, chain) : []
    await sleep(1500)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await sleep(WATCH_MS)
    delay.disable()
    isOver = true
    await Promise.all(chains)
    return {
      p99: { value: delay.percentile(99) / 1000, unit: 'µs' },
      p50: { value: delay.percentile(50) / 1000, unit: 'µs' },
    }
  },
}
