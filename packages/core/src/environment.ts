/** Variables of the environment that this library reads for itself. */

/** @returns undefined where it is not set, or where nobody may know: Deno throws where `--allow-env` is missing. */
export function variable(name: string, env?: NodeJS.ProcessEnv): string | undefined {
  try {
    return (env ?? process.env)[name]
  } catch {
    return undefined
  }
}
