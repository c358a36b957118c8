import { getRuntimeKey } from 'hono/adapter'

/** For `test(title, { skip }, …)`: the reason, where this is the runtime. */
export function skipOn(runtime, reason) {
  return getRuntimeKey() === runtime ? reason : false
}
