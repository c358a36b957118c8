/** The environment as a user has it: without what the repository's own npm tells its scripts, but with the user's settings. */
export function userEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_(registry|cache|userconfig)$)/.test(name),
    ),
  )
}
