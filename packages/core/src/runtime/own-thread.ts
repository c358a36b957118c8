/**
 * What makes a thread one of ours: the boot data that its maker left in `workerData`. The first code that needs the thread's runtime
 * finds it there. That code may be a module of the user's, which Node loads before our own entry (`--import`, `--require`).
 */
import { Bell } from '../channel/bell.js'
import type { Channel } from '../channel/channel.js'
import { LaneChannel, type LaneOptions } from '../channel/lane-channel.js'
import { LifeRecord } from '../channel/life-record.js'
import { workerThreads } from '../channel/worker-threads.js'
import type { Codec } from '../codec/codec.js'
import { VersionMismatchError } from '../errors.js'
import { printThrown } from '../print-thrown.js'
import { type LifeMessage, PROTOCOL_VERSION, type ThreadAddress } from '../protocol.js'
import { watchEnd } from '../thread/end-watch.js'
import { refuseStdin } from '../thread/no-stdin.js'
import { redirectOutput } from '../thread/output.js'
import { BOOT_KEY, type ThreadBoot } from '../thread/thread-boot.js'
import { makerOf } from '../thread-address.js'
import { VERSION } from '../version.js'

export interface OwnThread {
  readonly address: ThreadAddress
  readonly codec: Codec
  attend(): void
}

/** The boot data of this thread; undefined in a root, and once `takeBoot` has been called. */
export function findBoot(): ThreadBoot | undefined {
  return mayBeWorker() ? workerThreads().workerData?.[BOOT_KEY] : undefined
}

/** For who boots the thread, once. The data holds a port: code in this thread could not hand its `workerData` on to a Worker of its own. */
export function takeBoot(): ThreadBoot | undefined {
  const boot = findBoot()
  if (boot) Reflect.deleteProperty(workerThreads().workerData, BOOT_KEY)
  return boot
}

/** @throws VersionMismatchError where the thread was started by a copy that speaks another protocol. */
export function assertProtocol({ protocol }: ThreadBoot): void {
  if (protocol === PROTOCOL_VERSION) return
  throw new VersionMismatchError(
    `This thread was started by a @syncbridge/core of protocol ${protocol}, and the one that is used in it (${VERSION}) has protocol ` +
      `${PROTOCOL_VERSION}. If the package was replaced on disk while the process ran, start the process again. If something that only ` +
      'threads load, such as a preload, has a copy of its own, install one version for all.',
  )
}

/** Node marks what a Worker must not do. To ask for `isMainThread` would load Node's threads, which costs a main thread 2 ms. */
function mayBeWorker(): boolean {
  if (process.versions.bun || process.versions.deno) return true
  return Reflect.get(process.abort, 'disabled') === true
}

/** The way to the maker. Messages can be read as soon as this thread has a runtime. */
export function channelToMaker(
  boot: ThreadBoot,
  handlers: Pick<LaneOptions, 'onMalformed' | 'encodeReason'>,
): Channel {
  return new LaneChannel({
    port: boot.port,
    peerBell: new Bell(boot.makerMemory),
    here: boot.address,
    peer: makerOf(boot.address),
    out: boot.up,
    in: boot.down,
    ...handlers,
  })
}

/** As soon as there is a runtime: what is printed from here on, and why the thread ends, reaches its maker. */
export function joinMaker(here: OwnThread, boot: ThreadBoot, channel: Channel): void {
  const from = boot.address
  const to = makerOf(from)
  redirectOutput((fd, chunk) => channel.post({ kind: 'output', to, from, fd, chunk }))
  refuseStdin()
  watchEnd(
    // What it was thrown by shall be known, also where that is nothing.
    (error) => tellMaker(here, channel, 'dying', error ?? new Error(`${error} was thrown`)),
    (code) => {
      new LifeRecord(boot.memory).markExited(code)
      // After the mark: a maker that is blocked wakes, and must find it.
      new Bell(boot.makerMemory).ringParked()
      // Listeners of the user's follow, one of which may never return.
      tellMaker(here, channel, 'dying')
    },
  )
  // A module that is loaded before the thread is up may await a call of its own.
  channel.listen(() => here.attend())
}

export function tellMaker(
  { address: from, codec }: Pick<OwnThread, 'address' | 'codec'>,
  channel: Channel,
  state: LifeMessage['state'],
  error?: unknown,
): void {
  const message = { kind: 'life', to: makerOf(from), from, state } as const
  if (error === undefined) return channel.post(message)
  try {
    channel.post({ ...message, error: codec.encode(error) })
  } catch {
    // What explains a failure must not fail: it may hold what can't cross.
    channel.post({ ...message, error: codec.encode(new Error(printThrown(error))) })
  }
}
