export type { SyncbridgeOptions } from './options.js'
export { NoThreadsError } from './runtime.js'
export { type SyncbridgeEnv, type SyncbridgeVariable, syncbridge } from './syncbridge.js'
