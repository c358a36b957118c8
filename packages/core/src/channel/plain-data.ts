/** The tags of plain data in shared memory. Written by `plain-writer.ts`, read by `plain-reader.ts`. */
export const UNDEFINED = 0
export const NULL = 1
export const FALSE = 2
export const TRUE = 3
export const INT32 = 4
export const FLOAT64 = 5
/** One byte a character. */
export const ASCII = 6
/** Two bytes a character, as JavaScript has them. */
export const UCS2 = 7
export const ARRAY = 8
export const OBJECT = 9
/** Something that was sent before, by number; and its first time, with the thing itself. */
export const KNOWN = 10
export const LEARN = 11

/** So many property names are learned at most: a program's own are few, and a Map in disguise must not fill the memory. */
export const MOST_NAMES = 4096
