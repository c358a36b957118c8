/**
 * The text that the engine has for property names of these characters: of one thread's, two are the same object or not the same
 * at all. The long keys of `Local`s are compared several times with each call.
 */
export function keyText(text: string): string {
  return Object.keys({ [text]: true })[0] as string
}
