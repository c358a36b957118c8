export { SyncbridgeInterceptor } from './syncbridge.interceptor.js'
export { SyncbridgeModule } from './syncbridge.module.js'
export {
  SyncbridgeInterceptorOptions,
  type SyncbridgeModuleAsyncOptions,
  SyncbridgeModuleOptions,
  type SyncbridgeOptionsFactory,
  SyncbridgeShutdownOptions,
} from './syncbridge.options.js'
export { SyncbridgeService } from './syncbridge.service.js'
