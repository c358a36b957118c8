// Imported only here, so that an older Node gets this line and not a stack trace about an unknown module.
if (process.getBuiltinModule?.('node:sqlite') === undefined) {
  process.stderr.write(`The demo needs Node 22.13 or newer, and this is ${process.version}.\n`)
  process.exit(1)
}

const { run } = await import('./startup/run.js')
await run()
