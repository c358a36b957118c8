import { contenders } from '../contenders/index.ts'
import { keepInFlight } from '../measuring/measure-awaited.ts'
import type { Measurements } from '../measuring/measurement.ts'
import { held } from '../measuring/resident.ts'
import { median } from '../measuring/statistics.ts'
import { timed } from '../measuring/timed.ts'
import type { Scenario } from './scenario.ts'

const MILLIONS = 10
const SLICES = 100
const SLICE = 1_000_000 / SLICES
/** Calls of the floor after each slice. */
const FLOOR = 500
const WARM_UP = 100_000
const IN_FLIGHT = 64

export const endurance: Scenario = {
  name: 'endurance',
  about:
    'ten million calls in one process: the first million and the last, in times of the bare floor, which is called between them all along (a machine that others slow down slows both), and the memory held',
  conditions: ['pinned'],
  contenders: ['syncbridge'],
  long: true,
  async measure({ awaited, blocking }) {
    const call = await awaited?.('echoSync', 1)
    const block = await blocking?.('echo')
    const { contender } = await contenders['floor-parked'].load()
    const floor = await contender.blocking?.('echo')
    if (!call || !block || !floor) throw new Error('One of the three calls is lacking.')
    const beside = async () => (await timed(() => repeat(FLOOR, floor))) / FLOOR
    return {
      ...(await endure('awaited', (count) => keepInFlight(IN_FLIGHT, count, call), beside)),
      ...(await endure('blocking', async (count) => repeat(count, block), beside)),
    }
  },
}

async function endure(
  name: string,
  run: (count: number) => Promise<void>,
  beside: () => Promise<number>,
): Promise<Measurements> {
  const found: Measurements = {}
  await run(WARM_UP)
  for (let million = 1; million <= MILLIONS; million += 1) {
    const means: number[] = []
    const times: number[] = []
    for (let slice = 0; slice < SLICES; slice += 1) {
      const mean = (await timed(() => run(SLICE))) / SLICE
      means.push(mean)
      times.push(mean / (await beside()))
    }
    const which = million === 1 ? 'first' : million === MILLIONS ? 'last' : undefined
    if (!which) continue
    found[`${name}, ${which} million`] = { value: median(times), unit: '×' }
    found[`${name}, ${which} million, time`] = { value: median(means), unit: 'µs' }
    found[`${name}, memory after the ${which}`] = {
      value: (await held()) / 2 ** 20,
      unit: 'MB',
    }
  }
  return found
}

/** @throws Error where a call gave another value back. */
function repeat(count: number, call: (value: number) => unknown): void {
  for (let index = 0; index < count; index += 1)
    if (call(index) !== index) throw new Error('It gave another value back.')
}
