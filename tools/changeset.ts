/**
 * What is wrong with a changeset, one line a fault.
 *
 * `changeset status` looks at what changed since a commit, and so fails on every tree with work in it; this looks at
 * the file alone.
 *
 * @param text The file's content.
 * @param packages The names of the packages that are published.
 */
export function faultsOfChangeset(text: string, packages: readonly string[]): string[] {
  const match = /^---\n(?<head>(?:[^\n]*\n)*?)---\n(?<body>.*)$/su.exec(text)
  if (!match?.groups) return ['does not open with `---`, packages and `---`']
  const { head = '', body = '' } = match.groups
  const lines = head.split('\n').filter((line) => line.trim() !== '')
  const faults = lines.flatMap((line) => faultOfBump(line, packages))
  if (lines.length > 0 && body.trim() === '') faults.push('says nothing to users')
  return faults
}

function faultOfBump(line: string, packages: readonly string[]): string[] {
  const match = /^(?<quote>['"])(?<name>.+)\k<quote>: (?<bump>\w+)$/u.exec(line.trim())
  const { name = '', bump = '' } = match?.groups ?? {}
  if (!match) return [`has a line that is not 'package': kind: ${line}`]
  if (!packages.includes(name)) {
    return [`names ${name}, which is not one of ${packages.join(', ')}`]
  }
  if (!['patch', 'minor', 'major'].includes(bump)) {
    return [`has ${bump} for ${name}, which is not one of patch, minor, major`]
  }
  return []
}
