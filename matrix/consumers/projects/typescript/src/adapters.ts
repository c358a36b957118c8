/** Never run: the adapters' types, as a user's compiler reads them. */
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
