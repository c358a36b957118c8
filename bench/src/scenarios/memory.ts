import { resident } from '../measuring/resident.ts'
import type { Scenario } from './scenario.ts'

const FEW = 2
const MANY = 10

export const memory: Scenario = {
  name: 'memory',
  about: 'the resident memory of one more idle thread, from 2 threads to 10',
  conditions: ['free'],
  contenders: ['syncbridge', 'floor-thread'],
  async measure({ grow }) {
    if (!grow) throw new Error('It can not grow.')
    await grow(FEW)
    const before = await resident()
    await grow(MANY)
    const after = await resident()
    return { 'a thread': { value: (after - before) / (MANY - FEW) / 2 ** 20, unit: 'MB' } }
  },
}
