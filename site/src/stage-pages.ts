// Lays out the pages for VitePress: the repository's own files under their addresses on the site.
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
  copy('apps/demo/docs/dashboard.png', 'docs/dashboard.png')
  for (const [file, address] of addressOf) copy(file, `${address}.md`)
}
