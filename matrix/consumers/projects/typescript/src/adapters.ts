/** Never run: the adapters' types, and generators written in place, as a user's compiler reads them. */
import { asyncToSync, syncToAsync } from '@syncbridge/core'
import { syncbridge, syncHandler } from '@syncbridge/hono'
import { SyncbridgeModule } from '@syncbridge/nestjs'
import { Hono } from 'hono'

export const app = new Hono()
app.use(syncbridge({ timeout: 1000 }))
app.get(
  '/',
  syncHandler((request) => request.method),
)
export const bridged = SyncbridgeModule.forRoot({ interceptor: { mount: true } })
// @ts-expect-error: ms are a number.
syncbridge({ timeout: '1 s' })

const ticks = syncToAsync(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) yield tick
})
const pulses = asyncToSync(async function* (count: number) {
  for (let pulse = 0; pulse < count; pulse += 1) yield pulse
})
export async function sums(): Promise<number> {
  let sum = 0
  for await (const tick of ticks(2)) sum += tick
  for (const pulse of pulses(2)) sum += pulse
  return sum
}
// @ts-expect-error: it is refused, and nothing comes of it.
syncToAsync(async () => 1)()
