/**
 * Why this thread ends, noticed before it has ended. An error that nobody handles ends a thread in the very turn that it is thrown in: Node
 * tells of it (`uncaughtExceptionMonitor`) and then emits `exit`. An error that somebody handles is told of as well, but no `exit` follows.
 *
 * Node tells of no error that a listener of these events throws itself. That one reaches the maker as Node's copy (`unreadable-end.ts`).
 */
export function watchEnd(onFatal: (error: unknown) => void, onExit: (code: number) => void): void {
  let suspect: { readonly error: unknown } | undefined
  const isFatal = () => suspect !== undefined && !isHandled()
  // The last listener: Node would copy the error to the maker next. Of an error nested thousands deep the maker could not read
  // the copy, and would be ended by that. The maker has been told already, in our own way.
  const leaveAtLast = (code: number) => {
    if (isFatal()) leave(code)
  }
  process.on('uncaughtExceptionMonitor', (error) => {
    if (isHandled()) return
    suspect = { error }
    process.on('exit', leaveAtLast)
    // The thread has survived its turn: a listener that came later than this one has made somebody handle the error.
    queueMicrotask(() => {
      suspect = undefined
      process.off('exit', leaveAtLast)
    })
  })
  process.on('exit', (code) => {
    // A listener of the user's that throws keeps `process.exit()` from ending the thread, which would be half dead for ever.
    queueMicrotask(() => leave(code))
    try {
      if (isFatal()) onFatal(suspect?.error)
    } finally {
      onExit(code)
    }
  })
}

/** Not by `process.exit`, which may be somebody's own by now. */
function leave(code: number): void {
  // Elsewhere than in Node it may be missing.
  const exit = Reflect.get(process, 'reallyExit') as ((code: number) => void) | undefined
  exit?.call(process, Number(process.exitCode ?? code))
}

/** By a listener, by `process.setUncaughtExceptionCaptureCallback()`, or by a domain, which uses the latter. */
function isHandled(): boolean {
  return (
    process.listenerCount('uncaughtException') > 0 ||
    // Elsewhere than in Node it may be missing.
    process.hasUncaughtExceptionCaptureCallback?.()
  )
}
