/**
 * How plain data lies in shared memory: 32-bit words, each a tag in its low bits and a number above it, and what belongs to it
 * in the words that follow. Written by {@link file://./plain-writer.ts}, read by {@link file://./plain-reader.ts}.
 *
 * A value begins with the place of its lessons, 0 where it has none: shapes that the reader must know before it reads the
 * value, but that the writer only knows after it has walked it. The lessons begin with how many there are, and the number of the first.
 * How many there are is inverted where the reader must forget all shapes of before.
 */
export const TAG_BITS = 4
export const TAG_MASK = (1 << TAG_BITS) - 1

/** Which one is the number. */
export const SINGLE = 0
export const UNDEFINED = 0
export const NULL = 1
export const FALSE = 2
export const TRUE = 3

export const INTEGER = 1
export const FLOAT64 = 2
/** One byte a character. All texts: the number is how many bytes follow, in whole words. */
export const LATIN1 = 3
export const UTF8 = 4
/** Two bytes a character, as JavaScript has them: the only one that lone surrogates survive. */
export const UCS2 = 5
export const ARRAY = 6
/** Arrays of numbers alone, four and eight bytes each. */
export const INTEGERS = 7
export const FLOATS = 8
/** The number of its shape; the values of its properties follow. */
export const OBJECT = 9
/** The same, and then more properties, which are not of the shape: how many, and each with its name. */
export const OBJECT_AND_MORE = 10
/** Their number; they begin at an even word. */
export const BYTES = 11
/** The same, as a Buffer. */
export const BUFFER = 12
/** Something that is moved, by its place in the list beside the record; what it is, follows (`moved-things.ts`). */
export const MOVED = 13

/** The engine copies shared memory byte by byte where it is not aligned to eight: ten times as slow. */
export function evenWord(word: number): number {
  return (word + 1) & ~1
}

/** A number that stands beside a tag. */
export const MOST_BESIDE_TAG = 2 ** (31 - TAG_BITS) - 1

/**
 * So many shapes are learned at most, of so many names, and so many ways a shape may go on, before all begins anew: a program's own
 * are few, and a Map in disguise must neither fill the memory nor take the place of the others.
 */
export const MOST_SHAPES = 4096
export const MOST_NAMES = 64
export const MOST_WAYS = 256
