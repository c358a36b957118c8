/**
 * The Node options of a thread where the user has set none: those of the process, which Node hands on by itself. Only a
 * program that was given on the command line or on standard input needs a list of its own, without what describes that
 * program: Node would refuse to start a thread from a file with it.
 */
export function inheritedExecArgv(
  execArgv: readonly string[] = process.execArgv,
): string[] | undefined {
  if (!execArgv.some((option) => option.startsWith('--input-type'))) return undefined
  const kept: string[] = []
  for (let index = 0; index < execArgv.length; index += 1) {
    const option = execArgv[index] ?? ''
    if (/^(--input-type|-e|--eval|-p|--print|-pe)$/.test(option)) index += 1
    else if (!/^(--input-type|--eval|--print)=/.test(option)) kept.push(option)
  }
  return kept
}
