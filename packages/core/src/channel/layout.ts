/** The slots of the block of shared memory that a thread and its maker have in common. */
/** Whether the thread is awake, and if not, how it sleeps: see Bell. */
export const BELL_SLOT = 0
/** 1 once the thread has ended, whoever notices; 2 once its maker has taken it for ended (see LifeRecord). */
export const EXITED_SLOT = 1
export const EXIT_CODE_SLOT = 2
/** How many calls of its own queue the thread has taken: the others never started. */
export const TAKEN_SLOT = 3
/** The number of the thread's innermost blocked frame; 0 while it is not blocked. */
export const FRAME_SLOT = 4
/** 1 while the thread is counted as awake (see Census). */
export const COUNTED_SLOT = 5
/** The number of the innermost blocked frame on which a call of the thread runs; 0 where none does. */
export const BUSY_FRAME_SLOT = 6
/** How many calls stand on blocked frames of the thread, and from the next slot on, which (see LifeRecord). */
export const DEPTH_SLOT = 7
export const ON_FRAMES_SLOT = 8
export const MOST_ON_FRAMES = 57
/** How many functions and iterators of the thread others hold: while there are any, it is not idle. */
export const HELD_SLOT = ON_FRAMES_SLOT + MOST_ON_FRAMES
/** The number of the load that the thread's queue, or its frame, waits for; 0 where it waits for none (see Loads). */
export const LOADING_SLOT = HELD_SLOT + 1
/** How many loads the thread's asynchronous calls wait for. */
export const ASYNC_LOADS_SLOT = LOADING_SLOT + 1
/** How many of those that others hold are iterators. */
export const ITERATORS_SLOT = ASYNC_LOADS_SLOT + 1
/** From here on: the calls that were sent ahead (see Claims). */
export const CLAIM_SLOT = ITERATORS_SLOT + 1
export const CLAIM_COUNT = 1024
export const SLOT_COUNT = CLAIM_SLOT + CLAIM_COUNT
