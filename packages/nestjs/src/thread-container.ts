/**
 * The other side of `SyncbridgeModule.forThreads()`: evaluated in each thread that runs a call for one of its services, once for
 * each container. The first call waits until the container has been booted; so do all that come after it meanwhile. Its address
 * says what to boot ({@link file://./threads/container-address.ts}).
 */
import { onThreadExit } from '@syncbridge/core'
import { readContainerAddress } from './threads/container-address.js'
import { ServiceContainer } from './threads/service-container.js'

const container = new ServiceContainer(readContainerAddress(import.meta.url))
// Only a thread of the bridge's own boots it: the main thread looks here for the classes of errors, and must not.
if (onThreadExit(() => container.close())) await container.start()

/** The services' methods, as functions called `Service.method`. */
export default container.methods
