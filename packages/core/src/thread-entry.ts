/** The file that a thread of ours starts from, where the library has not been bundled into another. */
import { workerData } from 'node:worker_threads'
import { bootThread } from './bridge/boot-thread.js'
import { BOOT_KEY } from './thread/thread-boot.js'

await bootThread(workerData[BOOT_KEY])
