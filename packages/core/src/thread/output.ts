/**
 * What a thread prints goes to its maker as messages. Node's own way needs the maker's event loop: while that is blocked
 * nothing appears, and at exit some of it is lost. These messages are read inside the wait, live and in order.
 */
export function redirectOutput(send: (fd: 1 | 2, chunk: string | Uint8Array) => void): void {
  for (const [fd, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const [encoding] = rest
      // Text in another encoding than UTF-8 is bytes to everyone else.
      const isPlain =
        typeof chunk !== 'string' || typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
      send(fd, isPlain ? chunk : Buffer.from(chunk, encoding as BufferEncoding))
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined
      if (done) process.nextTick(done)
      return true
    }
    stream.write = write as typeof stream.write
  }
}
