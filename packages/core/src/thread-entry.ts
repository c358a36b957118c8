/** The file that a thread of ours starts from, where the library has not been bundled into another. */
import { bootThread } from './bridge/boot-thread.js'

await bootThread()
