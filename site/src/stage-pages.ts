// Lays out the pages for VitePress: the repository's own files under their addresses on the site.
import { copyFileSync, globSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addressOf } from './pages.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param folder Where VitePress looks for pages. */
export function stagePages(folder: string): void {
  const copy = (file: string, to: string) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    copyFileSync(join(root, file), join(folder, to))
  }
  copy('site/home.md', 'index.md')
  // For the repository's own README, and for the demo's, which is at the top of the site.
  for (const picture of globSync('apps/demo/docs/*.png', { cwd: root }))
    for (const to of [picture, `docs/${basename(picture)}`]) copy(picture, to)
  for (const [file, address] of addressOf) copy(file, `${address}.md`)
}
