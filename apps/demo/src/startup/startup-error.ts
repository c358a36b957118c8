/** Why the desk can't start, in one line that names the thing and the remedy. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
