/**
 * What explains a failure reads text by these, and not by regular expressions. The engine compiles a regular expression when it is first
 * used, and near the end of a stack that is a SyntaxError in place of the RangeError that was meant.
 */

/** Whether it can stand behind a dot: letters, digits, `_` and `$` alone. */
export function isWord(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isWordPart(text.charCodeAt(at))) return false
  return text !== ''
}

/** Of a letter, a digit, `_` or `$` of ASCII. */
export function isWordPart(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
  return isDigit || isLetter || code === 0x5f || code === 0x24
}

export function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text
}

export function withoutDot(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text
}

/** Whether a line of a stack is a frame, and not what the error says. */
export function isFrame(line: string): boolean {
  const trimmed = line.trimStart()
  return trimmed !== line && trimmed.startsWith('at ')
}
