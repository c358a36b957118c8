/**
 * What a thread prints goes to its maker as messages. Node's own way needs the maker's event loop: while that is blocked
 * nothing appears, and at exit some of it is lost. These messages are read inside the wait, live and in order.
 */
import { stream } from '../builtins.js'

/** Text is sent as it is, and in another encoding than UTF-8 as bytes. */
export function redirectOutput(send: (fd: 1 | 2, chunk: string | Uint8Array) => void): void {
  for (const [fd, output] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    // A stream of Node's own, for what it says of chunks, encodings and callbacks that are none.
    const sender = new (stream().Writable)({
      decodeStrings: false,
      // What is sent is gone: nobody needs to wait for it to drain.
      highWaterMark: Number.MAX_SAFE_INTEGER,
      write(chunk: string | Uint8Array, encoding, done) {
        const isText = typeof chunk === 'string'
        try {
          send(fd, !isText || isUtf8(encoding) ? chunk : Buffer.from(chunk, encoding))
        } finally {
          // Also where the stack ends in between: the stream would keep all that follows.
          done()
        }
      },
    })
    output.write = sender.write.bind(sender) as typeof output.write
  }
}

/** Not by a regular expression, which the engine may be unable to compile near the end of a stack. */
function isUtf8(encoding: string): boolean {
  const name = encoding.toLowerCase()
  return name === 'utf8' || name === 'utf-8'
}
