/** One `asyncToSync` call: sends the function to a loop and blocks this thread until it has answered. */
import { Call } from '../call/call.js'
import { reasonOf } from '../cancellation/abort-signal.js'
import { Deadline } from '../cancellation/deadline.js'
import { Codec } from '../codec/codec.js'
import { aroundNow, type Scope } from '../context/scope.js'
import { BlockedLoopError, DeadlockError } from '../errors.js'
import type { StartPause } from '../executor/executor.js'
import type { FrameRef, FunctionRef } from '../protocol.js'
import { assertImportable } from '../registry/entry-module.js'
import { printRef } from '../registry/function-ref.js'
import { afterwards } from '../runtime/afterwards.js'
import { blockUntilSettled, closeFrame } from '../runtime/block.js'
import type { Runtime } from '../runtime/runtime.js'
import { runtime } from '../runtime/runtime.js'
import type { Thread } from '../thread/thread.js'
import { assertNotAborted, assertOpen } from './awaited-call.js'
import type { CallOptions } from './call-options.js'
import { type Callee, resultOfBlocking, Thrown } from './call-result.js'
import { giveUp } from './give-up.js'
import { type Foreign, holdFor, refOf, sendHome } from './home.js'
import { readValues } from './read-values.js'
import { giveUpLate } from './timed-out.js'
import { traceOf } from './trace.js'

/** So many frames are nested where the end of the stack is likely to be near: of this call, and of those below that are ended by it. */
const DEEP = 64
/** Something that owns a loop thread of its own for the calls of one scope. */
export interface LoopOwner {
  /** @returns undefined once the scope has ended: what it left running uses the process's own loop. */
  loopThread(here: Runtime): Thread | StartPause | undefined
}

/** A blocking call of what a handle leads to. A step of an iterator gives an `IteratorResult`. */
export function blockOnHandle(
  { handle, stub }: Foreign,
  options: CallOptions,
  args: readonly unknown[],
  isStep = false,
): unknown {
  return blockOnCall({ ref: refOf(handle), handle, stub, isStep }, false, options, [
    handle.id,
    ...args,
  ])
}

export function blockOnCall(
  callee: Callee,
  forceNewLoop: boolean,
  options: CallOptions,
  args: readonly unknown[],
): unknown {
  const trace = traceOf(runtime(), callee.ref, 'async')
  if (trace)
    return trace.sync(() => given(blockUntraced({ ...callee, trace }, forceNewLoop, options, args)))
  return given(blockUntraced(callee, forceNewLoop, options, args))
}

function given(result: unknown): unknown {
  if (result instanceof Thrown) throw result.error
  return result
}

/** @returns what the call gives, or `Thrown`. */
function blockUntraced(
  callee: Callee,
  forceNewLoop: boolean,
  options: CallOptions,
  args: readonly unknown[],
): unknown {
  const { ref, handle, stub, trace, self } = callee
  const { signal, timeout } = options
  const here = runtime()
  const scope = here.scopes.ensure()
  assertOpen(here, scope, ref)
  here.roomToBlock.assert(here.frames.depth >= DEEP)
  assertNotAborted(here, scope, signal)
  assertMayBlock(here, scope, ref)
  const codec = new Codec(here.registry, ref, 'sync')
  codec.around = aroundNow
  const { encoded, surroundings } = readValues(here, scope, codec, callee, options, args)
  const { context, locals, storages } = surroundings
  const deadline = timeout === undefined ? Deadline.never : new Deadline(timeout)
  const frame = here.frames.open(scope.cell)
  const frameRef: FrameRef = { thread: here.address, frame: frame.id }
  const call = new Call(
    {
      mode: 'async',
      ref,
      args: encoded.wire,
      hasThis: self !== undefined,
      scope: {
        chain: addFrame(frameRef, scope.chain),
        loop: here.address,
        context,
        locals,
        storages,
      },
      parent: scope.call?.origin,
      timed: trace !== undefined || here.statistics.isTiming,
      trace: trace?.id,
    },
    encoded.transfer,
  )
  trace?.follow(call)
  let ownThread: Thread | undefined
  let stopListening: (() => void) | undefined
  try {
    if (stub) holdFor(here, call, stub)
    here.making.begin(ref)
    try {
      if (handle) {
        sendHome(here, call, handle)
      } else if (forceNewLoop) {
        assertImportable(ref, here.entryModule, here.registry)
        const thread = here.spawn('loop', frameRef)
        if (thread.state !== 'paused') ownThread = thread
        thread.run(call)
      } else {
        // How long that takes tells whether the loop is on another core, and looking for its answer worth while.
        const began = here.spin.beginWakeUp()
        sendToLoop(here, scope, call)
        here.spin.noteWakeUp(began)
      }
    } finally {
      here.making.made()
    }
    // Only what is on its way is waited for: the checks above may have refused it.
    here.watch(call)
    // As at its timeout, the code goes on at once: it is here, and not where the call runs.
    if (signal)
      call.whenSettled(
        here.abortListeners.add(signal, () => here.outbox.abandon(call, reasonOf(signal), true)),
      )
    stopListening = scope.call?.abort.onAbort((reason) => {
      // Its answer has been read in the same turn as the abort: nothing of it is left to be given up. Or else it has just been given up by
      // this very abort, as `callSignal()` was its own signal; then what the code makes of that is its outcome.
      if (call.settlement) return call.givenUp?.reason === reason
      call.givenUp = { reason }
      here.outbox.passAbort(call, reason)
      return true
    })
    blockUntilSettled(here, frame, call, deadline, () => giveUpLate(here, call, timeout ?? 0))
    return resultOfBlocking(surroundings, codec, callee, call.settlement)
  } catch (error) {
    // Where the waiting itself failed, nobody waits any more.
    afterwards.then(() => giveUp(here, call, error))
    throw error
  } finally {
    stopListening?.()
    void ownThread?.terminate()
    codec.release()
    closeFrame(here, frame)
  }
}

/** A frame on top of others of the same thread stands for all of them. */
function addFrame(frame: FrameRef, chain: readonly FrameRef[]): readonly FrameRef[] {
  const [nearest, ...farther] = chain
  if (nearest?.thread !== frame.thread) return [frame, ...chain]
  return [{ ...frame, outermost: nearest.outermost ?? nearest.frame }, ...farther]
}

/** The loop that launched this sync code; without one, that of the scope; without one, the process's loop thread. */
function sendToLoop(here: Runtime, scope: Scope, call: Call): void {
  const { ref } = call.request
  if (scope.mode === 'sync' && scope.loop !== undefined) {
    // The root has evaluated the entry module. Any other loop would have to import it, and so start the program once more.
    if (scope.loop !== here.hostAddress) assertImportable(ref, here.entryModule, here.registry)
    // Where that loop is gone, the process's own takes its place.
    call.onRefused = () => {
      call.onRefused = undefined
      here.sendToHost(call, { by: 'loop' })
    }
    // A thread made here counts what is in its queue.
    if (!here.runAt(scope.loop, call)) here.send(call, scope.loop, { by: 'thread' })
    return
  }
  assertImportable(ref, here.entryModule, here.registry)
  const owner = scope.singleLoop as LoopOwner | undefined
  const thread = owner?.loopThread(here)
  if (thread) thread.run(call)
  else here.sendToHost(call, { by: 'loop' })
}

/**
 * Node can't ask whether a loop is running, so this is policy: what is known to be on a loop must not block it.
 * @throws BlockedLoopError (SYNCBRIDGE_BLOCKED_LOOP) in async code that a call started, and inside a context.
 * @throws DeadlockError (SYNCBRIDGE_DEADLOCK) at the top level of a module that a loop thread is importing.
 */
function assertMayBlock(here: Runtime, { mode }: Scope, ref: FunctionRef): void {
  if (mode === 'sync' || (mode === 'open' && here.role !== 'loop')) return
  const label = printRef(ref)
  if (mode === 'async' || mode === 'context') {
    const where =
      mode === 'async'
        ? 'in async code that a bridged call started'
        : 'inside a ThreadSensitiveContext'
    throw new BlockedLoopError(
      `asyncToSync: ${label} was called ${where}, on the thread that runs the event loop. Blocking it would freeze the ` +
        'loop that the call needs: await the async function itself instead.',
      { function: label, thread: here.address },
    )
  }
  throw new DeadlockError(
    `asyncToSync: ${label} was called at the top level of a module that is being imported by the very loop thread ` +
      `(${here.address}) that would have to run it. Call it from a function, or keep the call in the program's own main().`,
    { function: label, thread: here.address },
  )
}
