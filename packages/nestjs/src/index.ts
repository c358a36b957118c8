export { carryCls } from './carry-cls.js'
export { SkipBridge } from './skip-bridge.decorator.js'
export { type SyncbridgeHealth, SyncbridgeHealthIndicator } from './syncbridge.health.js'
export { SyncbridgeInterceptor } from './syncbridge.interceptor.js'
export { SyncbridgeMiddleware } from './syncbridge.middleware.js'
export { SyncbridgeModule } from './syncbridge.module.js'
export {
  SyncbridgeInterceptorOptions,
  SyncbridgeMiddlewareOptions,
  type SyncbridgeModuleAsyncOptions,
  SyncbridgeModuleOptions,
  type SyncbridgeOptionsFactory,
  SyncbridgeShutdownOptions,
} from './syncbridge.options.js'
export { SyncbridgeService } from './syncbridge.service.js'
export { type Bridged, getBridgedToken, InjectBridged } from './threads/bridged.js'
export type { ForThreadsOptions } from './threads/for-threads.js'
export { RunInThread } from './threads/run-in-thread.decorator.js'
export { ThreadContainerError } from './threads/thread-container-error.js'
export { Timeout } from './timeout.decorator.js'
