/** What a contender can be asked to do. Each way is optional: a row lists those who have it. */
export type BlockingTask = 'echo' | 'size' | 'fail'
export type AwaitedTask = 'echoSync' | 'work'

export type BlockingCall = (value: unknown) => unknown
export type AwaitedCall = (value: unknown) => Promise<unknown>

export type MovingCall = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>

/** Sync code on a thread that calls back to the main thread's async code. */
export interface NestedCalls {
  /** Makes `count` inner calls from one piece of sync code on the thread; resolves with the ns they took there. */
  inner(count: number): Promise<number>
  /** Async → sync → async, once. */
  around(value: number): Promise<number>
  /** Async → sync → async → sync, the last on the thread that is blocked. */
  fourDeep?(value: number): Promise<number>
}

/** One way of doing what the bridge does. A measuring process loads only the one that it measures. */
export interface Contender {
  blocking?(task: BlockingTask): Promise<BlockingCall> | BlockingCall
  /** @param threads How many threads the row has. */
  awaited?(task: AwaitedTask, threads: number): Promise<AwaitedCall> | AwaitedCall
  nested?(): Promise<NestedCalls> | NestedCalls
  /** A blocking call that takes a buffer away and gives it back, without a copy. */
  moving?(): MovingCall
  /** Has a benchmark of its own: µs a call by name. */
  measureItself?(): Record<string, number>
  /** Brings the process to `count` threads, each of which has loaded its module, run something, and is idle. */
  grow?(count: number): Promise<void>
}
