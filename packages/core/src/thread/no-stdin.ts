/**
 * `process.stdin` on a thread of ours. Node gives a Worker an empty one, so code that reads it would take the input for empty. To hand the
 * process's input on would need its main thread, which may be blocked until that very code has read it. So reading fails, and says why;
 * code that only asks for properties of the stream, such as `isTTY`, is not disturbed.
 */
import { SyncBridgeError } from '../errors.js'

export function refuseStdin(): void {
  let stream: NodeJS.ReadableStream | undefined
  // Not everywhere can it be replaced.
  Reflect.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => (stream ??= unreadable()),
  })
}

function unreadable(): NodeJS.ReadableStream {
  const { Readable } = process.getBuiltinModule('node:stream')
  return new Readable({
    read() {
      this.destroy(
        new SyncBridgeError(
          'process.stdin can’t be read on a thread of the bridge: the input belongs to the main thread. Read it there and pass on what ' +
            'was read, or read all of it at once by fs.readFileSync(0).',
        ),
      )
    },
  })
}
