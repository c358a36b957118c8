export { AsyncSingleThreadContext } from './bridge/async-single-thread-context.js'
export {
  type AsyncToSyncDecorator,
  type AsyncToSyncOptions,
  asyncToSync,
  type SyncBridged,
  type SyncBridgedGenerator,
  type SyncBridgedOf,
  type SyncModule,
} from './bridge/async-to-sync.js'
export type { NamingOptions } from './bridge/bridged-function.js'
export type { CallOptions } from './bridge/call-options.js'
export type { Executor, ExecutorCall } from './bridge/executor.js'
export { keep } from './bridge/handle.js'
export {
  callSignal,
  configure,
  registerError,
  type Stats,
  shutdown,
  stats,
  type ThreadStats,
} from './bridge/lifecycle.js'
export {
  carryStorage,
  Local,
  type LocalConstructor,
  type LocalOptions,
  localScope,
} from './bridge/local.js'
export { LocalContext } from './bridge/local-context.js'
export { main } from './bridge/main.js'
export { registerCodec } from './bridge/register-codec.js'
export {
  type AsyncBridged,
  type AsyncBridgedGenerator,
  type AsyncBridgedOf,
  type AsyncModule,
  type SyncToAsyncDecorator,
  type SyncToAsyncOptions,
  syncToAsync,
} from './bridge/sync-to-async.js'
export { onThreadExit } from './bridge/thread-exit.js'
export {
  ThreadPoolExecutor,
  type ThreadPoolExecutorOptions,
} from './bridge/thread-pool-executor.js'
export {
  onContextExit,
  ThreadSensitiveContext,
  type ThreadSensitiveContextOptions,
} from './bridge/thread-sensitive-context.js'
export type { InstanceCodec } from './codec/instance-codecs.js'
export { transfer } from './codec/transfer.js'
export type { StorageCodec } from './context/carriers.js'
export type { CallEvent } from './diagnostics/call-channel.js'
export type { ThreadEvent } from './diagnostics/thread-channel.js'
export {
  BlockedLoopError,
  CallTimeoutError,
  ClosedError,
  DeadlockError,
  EntryModuleError,
  QueueFullError,
  RegistrationError,
  SyncBridgeError,
  type SyncBridgeErrorOptions,
  ThreadExitedError,
  TransferError,
  VersionMismatchError,
} from './errors.js'
export type { LeaseOptions } from './executor/lease-executor.js'
export type { PoolOptions } from './executor/pool-executor.js'
export type { FunctionRef } from './protocol.js'
export { isAsyncFunction, markAsyncFunction } from './registry/async-functions.js'
export type { TimeSummary } from './runtime/call-statistics.js'
export type { ConfigureOptions } from './runtime/config.js'
