/**
 * What was thrown, as a line of text. Anything can be thrown, also a proxy that throws whatever it is asked: an explanation of a
 * failure must not fail itself.
 */
export function printThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  } catch {
    return 'something that can’t be printed'
  }
}

/** The `code` of an error; an empty text where it has none, or can't be asked. */
export function codeOf(thrown: unknown): string {
  try {
    return String(Object(thrown).code ?? '')
  } catch {
    return ''
  }
}
