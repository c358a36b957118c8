/**
 * What travels between threads: tagged unions and nothing else. Every message is addressed; a thread that is not the
 * addressee passes it on, towards its maker or towards the thread it made (threads form a tree, and an address is
 * the path from the root). Reading a message is `runtime/deliver.ts`; carrying it is `channel/`.
 */
import type { Transferable } from 'node:worker_threads'

/** Changes with every change of the messages below; two copies of the library in one process must agree on it. */
export const PROTOCOL_VERSION = 11

/** The path of a thread from the root of its tree: `0` is the root, `0/3` a thread that it made. Never used twice. */
export type ThreadAddress = string

/** A thread blocked in `asyncToSync`, waiting: the number is unique within its thread, and later frames have higher ones. */
export interface FrameRef {
  readonly thread: ThreadAddress
  readonly frame: number
  /**
   * The outermost of several frames of one thread that follow each other in a chain; by default there is this one only. The
   * thread itself knows those between, so that a chain is no longer than the threads in it, however deep the nest.
   */
  readonly outermost?: number | undefined
}

/** The functions of one name in one module. */
export interface Namesakes {
  /** How many there are. */
  count: number
}

/** A function by name: what another thread needs to find its own copy. */
export interface FunctionRef {
  /** `place`: registered while `module` was evaluated; `export`: exported by `module`; `handle`: what a handle stands for. */
  readonly kind: 'place' | 'export' | 'handle'
  /** The module's URL; of a handle the thread that it leads to, as `thread:0/3`. */
  readonly module: string
  /** How the module was loaded, and so must be loaded again: `require` for CommonJS. */
  readonly format: 'esm' | 'cjs'
  /** The name of the function, or of the export. */
  readonly name: string
  /** Which one, among those of that name in that module. */
  readonly ordinal: number
  /** Where it was registered. */
  readonly line?: number | undefined
  /**
   * How many of that name the module has registered. All of them share this object: each one more changes it, and to tell the earlier
   * ones apart would take time with the square of their number.
   */
  readonly namesakes?: Namesakes | undefined
}

/**
 * What was replaced, and how it is put back. `part`: another holder, which stands by its place among the parts. `lost`: could not be
 * read on its way, and is an error to whoever looks at it. `done` replaces nothing: it says that an iterator has come to its end.
 */
export type Replaced =
  | 'error'
  | 'buffer'
  | 'handle'
  | 'symbol'
  | 'url'
  | 'search'
  | 'instance'
  | 'map'
  | 'set'
  | 'part'
  | 'lost'
  | 'done'

/** A list of values made ready to be cloned: what clones badly, or not at all, was replaced, and `marks` say where. */
export interface WireValue {
  readonly value: unknown
  readonly marks?: ReadonlyArray<readonly [index: number, kind: Replaced]> | undefined
  /**
   * The same below the values themselves: the object that holds it, and its key there. In a Set, which is no plain data, so that
   * it goes by port: only structured clone keeps the holder the same object.
   */
  readonly deep?: ReadonlySet<DeepMark> | undefined
  /** The holders of values that are nested too deep for structured clone: none of them holds another, but for its place in this list. */
  readonly parts?: readonly object[] | undefined
  /**
   * The errors and the instances with a codec that are among the values or below them, also below other nodes. Each is here once. Its
   * number here stands in its place. The values of a node have no list of their own: their numbers mean the list that the node is in.
   */
  readonly nodes?: readonly WireNode[] | undefined
  /** What of it has come here moved, and not copied: whoever passes it on moves it on. */
  readonly moved?: readonly Transferable[] | undefined
}

export type DeepMark = readonly [holder: object, key: PropertyKey, kind: Replaced]

/** A function or iterator, which stays where it is; whoever gets this can call it there. */
export interface WireHandle {
  readonly thread: ThreadAddress
  readonly id: number
  readonly kind: 'function' | 'iterator'
  /** On a loop, or by a promise wherever it is; or as synchronous code of a sync thread. */
  readonly runs: 'async' | 'sync'
  readonly name: string
  /** Of a function: how many parameters it says that it has. */
  readonly length: number
}

/** An instance of a class that the user has registered: the class by the place where that was done, and the instance encoded. */
export interface WireInstance {
  readonly module: string | undefined
  readonly format: 'esm' | 'cjs' | undefined
  readonly name: string
  readonly ordinal: number
  readonly value: WireValue
}

/**
 * An error's class by name, and where it is from: this library, the language, the place where it was registered, or, for
 * want of that, perhaps the exports of the module of the function that threw it.
 */
export interface WireErrorType {
  readonly from: 'library' | 'language' | 'place' | 'module'
  readonly name: string
  /** The nearest class of the language above it, where that is another than `Error`: for a thread that can't have the class itself. */
  readonly base?: string | undefined
  readonly module?: string | undefined
  readonly format?: 'esm' | 'cjs' | undefined
  readonly ordinal?: number | undefined
}

export interface WireError {
  readonly type: WireErrorType
  /** Where it is another than that of the class. */
  readonly name?: string
  readonly message: string
  readonly stack: string
  readonly props?: ReadonlyArray<readonly [key: string, value: WireValue]>
  /** Names of own properties that could not be cloned. */
  readonly lost?: readonly string[]
  readonly cause?: WireValue
  /** Of an AggregateError. */
  readonly errors?: readonly WireValue[]
}

/** What stands by itself in a message, and is meant by its number. */
export type WireNode = WireError | WireInstance

/** `Local` values: keys and values of what is set, and the keys of what was deleted. */
export interface WireLocals {
  /** The same list, and not only one like it, belongs to the same values, but for what was changed inside an object. */
  readonly keys: readonly string[]
  readonly values: WireValue
  readonly deleted: readonly string[]
  /** Nothing in it can be changed by whoever gets it: it may be handed to several. Unknown where it came from elsewhere. */
  readonly isFlat?: boolean | undefined
  /** It is handed to several: whoever wants to look at its values makes copies of them, which are plain data. */
  readonly isShared?: boolean | undefined
  /** Of what has come back: the keys that there are once it is applied to what the call took along. They are never sent. */
  readonly after?: readonly string[] | undefined
}

/** The store of an `AsyncLocalStorage` that is carried along under a name. */
export interface WireStorage {
  readonly name: string
  /** `object` and `map`: its values are keys and values in turn. `whole`: the store itself, or what its codec makes of it. */
  readonly as: 'object' | 'map' | 'whole'
  readonly values: WireValue
}

/** What a call changed in such a store. */
export interface WireStorageChange {
  readonly name: string
  /** Keys and values in turn; or the whole. */
  readonly values: WireValue
  /** For each of these keys the place of the entry that was sent; -1 for a key that is new. */
  readonly places: readonly number[]
  /** The places of the entries that are there no more. */
  readonly deleted: readonly number[]
  /** What of the changes can't come back, in words. */
  readonly lost: readonly string[]
}

/** What of its surroundings a call has changed. */
export interface WireChanges {
  readonly locals: WireLocals
  readonly storages: readonly WireStorageChange[]
}

/** What surrounds a call, wherever it runs. */
export interface WireScope {
  /** The blocked frames above the call, the nearest first. */
  readonly chain: readonly FrameRef[]
  /** The loop that launched the call. */
  readonly loop: ThreadAddress
  /** The `ThreadSensitiveContext` around it. */
  readonly context?: string | undefined
  readonly locals: WireLocals
  readonly storages: readonly WireStorage[]
}

/** Where a call is to run. `thread`: the addressee's own queue; the others are resolved by the addressee. */
export type Target =
  | {
      readonly by: 'thread'
      /** Where it was sent ahead of its turn: to be claimed before it runs, as its maker may have taken it back. */
      readonly claim?: number | undefined
    }
  | { readonly by: 'frame'; readonly frame: number; readonly outermost?: number | undefined }
  | { readonly by: 'context'; readonly context: string }
  | { readonly by: 'shared' }
  | { readonly by: 'pool' }
  | { readonly by: 'loop' }
  /** The own queue of a thread that the addressee has made. */
  | { readonly by: 'home'; readonly thread: ThreadAddress }

/** A call by whoever made it and the number that he gave it. */
export interface CallName {
  readonly from: ThreadAddress
  readonly id: number
}

/** The part of a call that does not depend on who carries it. */
export interface CallRequest {
  /** `sync`: the function is synchronous and runs on a thread that may block; `async`: it runs on a loop. */
  readonly mode: 'sync' | 'async'
  readonly ref: FunctionRef
  readonly args: WireValue
  /** Whether the first of the arguments is none, but what the function is called on. */
  readonly hasThis?: boolean | undefined
  readonly scope: WireScope
  /** The sync call in which this one was made, as its maker knows it: what reaches that call must reach this one. */
  readonly parent?: CallName | undefined
  /** How its maker knows this call, where somebody has passed it on under a number of his own. */
  readonly origin?: CallName | undefined
  /** Whether its maker wants to know how long the function takes. */
  readonly timed?: boolean | undefined
  /** The id under which listeners follow it: its outcome names the thread that ran it, and calls made within it are traced. */
  readonly trace?: string | undefined
}

/** `ran`: how long the function itself took, in ms, where that was asked. `thread`: where a traced call ran. */
export type Outcome =
  | {
      readonly ok: true
      readonly value: WireValue
      readonly changes: WireChanges
      readonly ran?: number | undefined
      readonly thread?: ThreadAddress | undefined
    }
  | {
      readonly ok: false
      readonly error: WireValue
      readonly changes: WireChanges
      readonly ran?: number | undefined
      readonly thread?: ThreadAddress | undefined
    }
  /** The target was gone before the call started: it may be sent elsewhere. */
  | { readonly ok: 'refused' }

interface Addressed {
  readonly to: ThreadAddress
  readonly from: ThreadAddress
}

export interface CallMessage extends Addressed {
  readonly kind: 'call'
  readonly id: number
  readonly target: Target
  readonly request: CallRequest
}
export interface OutcomeMessage extends Addressed {
  readonly kind: 'outcome'
  readonly id: number
  readonly outcome: Outcome
}
/**
 * Why a caller has given a call up, on which depends how long its code may run on: its time is over, it was aborted, or its thread
 * is to be ended with it.
 */
export type Urgency = 'timeout' | 'abort' | 'terminate'

/** The caller no longer waits: a queued call never runs, a running one has its signal aborted. */
export interface AbortMessage extends Addressed {
  readonly kind: 'abort'
  readonly id: number
  readonly reason: WireValue
  /** The async functions below the call have been told already: only the call's own signal is left to abort. */
  readonly told: boolean
  readonly urgency: Urgency
}
/**
 * The abort of a sync call that runs has been read. Where it is blocked, what it blocks on acts on the abort, and the call's outcome is the
 * answer; else its code runs on, and its caller waits for it no longer.
 */
export interface HeardMessage extends Addressed {
  readonly kind: 'heard'
  readonly id: number
  readonly isActedOn: boolean
}
/** Whether a thread is alive; it answers with the same number. */
export interface PulseMessage extends Addressed {
  readonly kind: 'pulse'
  readonly number: number
  readonly isAnswer: boolean
}
/**
 * A `ThreadSensitiveContext` opened or ended on a thread that is not the root; and from there, that its lease is `over`: its
 * thread has cleaned up.
 */
export interface ContextMessage extends Addressed {
  readonly kind: 'context'
  readonly context: string
  readonly state: 'open' | 'ended' | 'over'
}
/** To a leased thread: its context ended; run the `onContextExit` functions and answer with `cleaned`. */
export interface CleanMessage extends Addressed {
  readonly kind: 'clean'
  readonly context: string
}
export interface CleanedMessage extends Addressed {
  readonly kind: 'cleaned'
  readonly context: string
  readonly error?: WireValue
}
/** What a handle leads to: whoever holds it needs it beyond the call that it came with, or needs it no longer; or it is an iterator, and is to be closed. */
export interface HandleMessage extends Addressed {
  readonly kind: 'handle'
  readonly id: number
  readonly change: 'keep' | 'release' | 'close'
}
/** A call of a thread waits for a module that is being loaded there. */
export interface LoadNotice {
  /** By which the maker finds out whether the thread still waits for it; 0 where it does other things meanwhile (see Loads). */
  readonly number: number
  /** How long it may still take, and how long a module may take at all, in ms. */
  readonly left: number
  readonly limit: number
  /** As it is printed. */
  readonly module: string
}
/**
 * A thread is ready for calls, has `onThreadExit` functions to run before it ends, waits for a module, or is about to die of an
 * error.
 */
export interface LifeMessage extends Addressed {
  readonly kind: 'life'
  readonly state: 'ready' | 'tidy' | 'loading' | 'dying'
  readonly load?: LoadNotice
  readonly error?: WireValue
}
/** To a thread that is no longer needed and has nothing to do: run the `onThreadExit` functions, and exit. */
export interface LeaveMessage extends Addressed {
  readonly kind: 'leave'
}
/** A thread ended; told to every thread that may run a call of it. */
export interface GoneMessage extends Addressed {
  readonly kind: 'gone'
  readonly thread: ThreadAddress
}
/** To a thread that calls exports of a module by their names: the functions that the module exports. It is told before the first answer. */
export interface ExportsMessage extends Addressed {
  readonly kind: 'exports'
  readonly module: string
  readonly names: readonly string[]
}
/** What a thread wrote to its standard output (1) or error (2). */
export interface OutputMessage extends Addressed {
  readonly kind: 'output'
  readonly fd: 1 | 2
  readonly chunk: string | Uint8Array
}
/** To the root: a call was made within a traced one, or has been settled. */
export interface TraceMessage extends Addressed {
  readonly kind: 'trace'
  readonly call: {
    readonly id: string
    readonly parent: string | undefined
    readonly ref: FunctionRef
    readonly mode: 'sync' | 'async'
    readonly startedAt: number
  }
  readonly end?:
    | {
        readonly endedAt: number | undefined
        readonly thread: ThreadAddress | undefined
        readonly ran: number | undefined
      }
    | undefined
  readonly error?: WireValue | undefined
}

export type Message =
  | CallMessage
  | OutcomeMessage
  | AbortMessage
  | HeardMessage
  | PulseMessage
  | ContextMessage
  | CleanMessage
  | CleanedMessage
  | HandleMessage
  | LifeMessage
  | LeaveMessage
  | GoneMessage
  | ExportsMessage
  | OutputMessage
  | TraceMessage
