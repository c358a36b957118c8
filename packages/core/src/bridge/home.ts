/**
 * Where a call by handle goes: home, to the thread that the function lives on. Where that thread is blocked for this very chain of
 * calls, its frame runs the call, on top of the code that is blocked; else it waits in the thread's own queue.
 */
import type { Call } from '../call/call.js'
import { onePerThread } from '../one-per-thread.js'
import type { FrameRef, FunctionRef, WireHandle } from '../protocol.js'
import { moduleOf } from '../registry/handles.js'
import type { Runtime } from '../runtime/runtime.js'

/** So many names are kept, the oldest forgotten. Names come from the program's text, but somebody may make them up. */
const MOST_NAMES = 1000

/** What a call by handle says that it calls, the same object for the same name: channels introduce it once. */
export function refOf({ thread, name }: Pick<WireHandle, 'thread' | 'name'>): FunctionRef {
  const names = onePerThread('handle-names', () => new Map<string, FunctionRef>())
  const key = `${thread} ${name}`
  const known = names.get(key)
  if (known) return known
  if (names.size >= MOST_NAMES) {
    const [oldest = ''] = names.keys()
    names.delete(oldest)
  }
  const ref: FunctionRef = {
    kind: 'handle',
    module: moduleOf(thread),
    format: 'esm',
    name,
    ordinal: 0,
  }
  names.set(key, ref)
  return ref
}

/** What lives on another thread, and what stands for it here. */
export interface Foreign {
  readonly handle: WireHandle
  readonly stub: object
}

/** The stub may be disposed of or collected while the call waits in line: its release must not overtake the call. */
export function holdFor(here: Runtime, call: Call, stub: object): void {
  const letGo = here.registry.handles.use(stub)
  if (letGo) call.whenSettled(letGo)
}

export function sendHome(here: Runtime, call: Call, handle: WireHandle): void {
  const { chain } = call.request.scope
  const frames = chain.filter(({ thread }) => thread === handle.thread)
  tryFrames(here, call, handle, frames)
}

/** @param frames Of this chain, in which the handle's thread was blocked when the call was made; the nearest first. */
function tryFrames(
  here: Runtime,
  call: Call,
  handle: WireHandle,
  frames: readonly FrameRef[],
): void {
  const [frame, ...farther] = frames
  if (frame) {
    call.onRefused = () => tryFrames(here, call, handle, farther)
    // What is blocked can only run what is synchronous.
    call.runAs('sync')
    const { outermost } = frame
    here.send(call, frame.thread, { by: 'frame', frame: frame.frame, outermost })
    return
  }
  call.onRefused = undefined
  call.runAs(handle.runs)
  if (handle.runs === 'async') here.send(call, handle.thread, { by: 'thread' })
  // A sync thread's queue is kept by its maker.
  else if (!here.runAt(handle.thread, call))
    here.sendToHost(call, { by: 'home', thread: handle.thread })
}
