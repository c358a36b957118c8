/** How calls and outcomes lie in a ring: one word of kind and flags, the words that are there always, and then what the flags name. */

/** Any other message, as plain data; or a notice of one that comes by port. */
export const GENERIC = 0
export const CALL = 1
export const OUTCOME = 2
/** Not a message: something that is sent once and meant by its number from then on. */
export const INTRODUCTION = 3
export const KIND_BITS = 3

/** The addressee and the sender are not the two threads of this channel. */
export const FAR = 1 << 2
/** Marked values: errors, Buffers. */
export const MARKS = 1 << 3
export const STORAGES = 1 << 4
/** `Local`s: all of a call, the changed ones of an outcome. */
export const LOCALS = 1 << 5
/** The locals that the reader has kept. Together with `LOCALS`: with other objects in the places of those that it has. */
export const SAME_LOCALS = 1 << 6
/** How long the function takes, or took, is to be told. */
export const TIMED = 1 << 7
/** With `GENERIC`: no message, but the notice of one. */
export const NOTICE = 1 << 3

/** Something of it comes by port, before it: what is moved, or, of a notice, the message itself. */
export const ACCOMPANIED = 1 << 28
/** How deep its values are nested, in classes: reading them takes as much of the reader's stack. */
export const NESTED_SHIFT = 21
export const NESTED_BITS = 3
/** Levels that belong to each class at most. */
export const NESTED_LEVELS = [3, 8, 16, 64] as const

/** The list of the nodes that marked values name. Of calls and outcomes: of their values, and of their `Local`s. */
export const NODES = 1 << 29
export const NODES_IN_LOCALS = 1 << 30

// Calls.
export const ASYNC = 1 << 8
export const CHAIN = 1 << 9
/** The loop that launched it is not the sender. */
export const LOOP_ELSEWHERE = 1 << 10
export const CONTEXT = 1 << 11
export const PARENT = 1 << 12
export const ORIGIN = 1 << 13
export const TARGET_SHIFT = 14
export const TARGET_BITS = 7
/** One argument alone lies there as a value, none not at all, several as an array. */
export const ARGUMENTS_SHIFT = 17
export const ARGUMENTS_BITS = 3
export const NO_ARGUMENTS = 0
export const ONE_ARGUMENT = 1
export const ARGUMENTS = 2
/** It was sent ahead. */
export const CLAIM = 1 << 19
export const HAS_THIS = 1 << 20

// What stands with `LOCALS` in both: from here on, to leave room for either.
/** The keys of the message of this kind that had some last. */
export const SAME_KEYS = 1 << 24
export const DELETED_KEYS = 1 << 25
export const MARKED_LOCALS = 1 << 26
/** With `SAME_LOCALS`: what the call before had, with what its outcome brought back. */
export const AFTER_OUTCOME = 1 << 27

// Outcomes.
export const OK = 1 << 8
export const REFUSED = 1 << 9

/** Where a call is to run, by number, and back. */
export const TARGETS = ['thread', 'frame', 'context', 'shared', 'pool', 'loop', 'home'] as const
export const TARGET_NUMBERS = {
  thread: 0,
  frame: 1,
  context: 2,
  shared: 3,
  pool: 4,
  loop: 5,
  home: 6,
} as const

/** The number of no call: of one that is passed on, which another thread has numbered. */
export const NO_CALL = -1

/** What nobody has to introduce: the thread that writes, and the one that reads. */
export const WRITER = 0
export const READER = 1
export const FIRST_INTRODUCED = 2

/** So many things are introduced, functions, threads and names, before all begins anew. */
export const MOST_INTRODUCED = 65_536
