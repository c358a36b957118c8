/**
 * The other side: makes the runtime of a thread of ours, so that the modules that are imported afterwards find it, and says when the
 * thread is ready and, as well as it can, why it ends. Started by {@link file://./../thread/thread.ts}.
 */
import { pathToFileURL } from 'node:url'
import { Bell } from '../channel/bell.js'
import { LaneChannel } from '../channel/lane-channel.js'
import { LifeRecord } from '../channel/life-record.js'
import { workerThreads } from '../channel/worker-threads.js'
import { VersionMismatchError } from '../errors.js'
import { type LifeMessage, PROTOCOL_VERSION } from '../protocol.js'
import { bundle } from '../registry/library-file.js'
import { prepareTsx } from '../registry/own-loader.js'
import { testRunner } from '../registry/test-runner.js'
import { install } from '../runtime/runtime.js'
import { redirectOutput } from '../thread/output.js'
import { BOOT_KEY, type ThreadBoot } from '../thread/thread-boot.js'
import { makerOf } from '../thread-address.js'
import { VERSION } from '../version.js'
import { installHandles } from './handle.js'

/** The first thing that runs in the thread. Until it returns a promise, it has not waited for anything. */
export async function bootThread(boot: ThreadBoot): Promise<void> {
  if (boot.protocol !== PROTOCOL_VERSION) {
    throw new VersionMismatchError(
      `@syncbridge/core was replaced on disk by ${VERSION} while this process ran another version (protocol ${PROTOCOL_VERSION}, not ` +
        `${boot.protocol}). Start the process again.`,
    )
  }
  const maker = makerOf(boot.address)
  const makerBell = new Bell(boot.makerMemory)
  const channel = new LaneChannel({
    port: boot.port,
    peerBell: makerBell,
    here: boot.address,
    peer: maker,
    out: boot.up,
    in: boot.down,
    // Whoever waits for this thread is told, and gets another.
    onMalformed: (error) => {
      tell('dying', error)
      process.exit(1)
    },
  })
  const runtime = install({ ...boot, parent: channel })
  installHandles()
  const tell = (state: LifeMessage['state'], error?: unknown) =>
    channel.post({
      kind: 'life',
      to: maker,
      from: boot.address,
      state,
      ...(error !== undefined && { error: runtime.codec.encode(error) }),
    })

  redirectOutput((fd, chunk) =>
    channel.post({ kind: 'output', to: maker, from: boot.address, fd, chunk }),
  )
  // Seen before the thread ends. Where the user has a handler it does not end of this, and may end of something else later.
  process.on('uncaughtExceptionMonitor', (error) => {
    if (process.listenerCount('uncaughtException') === 0) tell('dying', error)
  })
  process.on('exit', (code) => {
    new LifeRecord(boot.memory).markExited(code)
    // After the mark: a maker that is blocked wakes, and must find it.
    makerBell.ringParked()
  })

  await prepareTsx()
  if (testRunner()) {
    // Only here: it is dead weight to every other thread, and to the root.
    const { loadTypeScript } = await import('../registry/typescript-loader.js')
    loadTypeScript()
    // So that stacks lead to the lines of the sources, as they do under the runner.
    process.setSourceMapsEnabled(true)
  }
  for (const module of boot.setup) {
    const url = URL.canParse(module) ? module : pathToFileURL(module).href
    // Noted for a thread that is blocked when it needs the module: it could not wait for a top-level await, not even a past one.
    runtime.registry.noteModule(url, await import(url))
  }
  // Before any call is read, so that a thread that dies in its first call is known to have come up.
  tell('ready')
  channel.listen(() => runtime.attend())
  // The thread lives as long as its maker wants it to.
  channel.hold()
}

/** A thread that was started from a bundle is one of ours as soon as that evaluates the library. */
if (bundle !== undefined) {
  const boot: ThreadBoot | undefined = workerThreads().workerData?.[BOOT_KEY]
  if (boot) void bootThread(boot)
}
