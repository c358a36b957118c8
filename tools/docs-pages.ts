// Which pages of markdown the documentation is made of.
import { globSync } from 'node:fs'
import { root } from './nx.ts'

/** All that people read, as paths from the root; changesets are pages only once they are released. */
export function documentationPages(): string[] {
  return globSync(
    [
      '*.md',
      '.changeset/README.md',
      'docs/**/*.md',
      '{packages,apps,matrix}/*/README.md',
      'bench/*.md',
      'site/*.md',
    ],
    { cwd: root },
  )
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
}
