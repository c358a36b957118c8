// Whether the links of the built site lead somewhere, and whether it asks anybody else for anything.
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const ids = (html: string) => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id))

/**
 * @param folder Where the site was built.
 * @returns What is wrong with it, a line each, and how much was looked at.
 */
export function faultsOfSite(folder: string) {
  const files = globSync('**/*', { cwd: folder }).map((file) => file.replaceAll('\\', '/'))
  const known = new Set(files)
  const textOf = (file: string) => readFileSync(join(folder, file), 'utf8')
  const pages = new Map(
    files.filter((file) => file.endsWith('.html')).map((file) => [file, textOf(file)]),
  )
  const anchors = new Map([...pages].map(([file, html]) => [file, ids(html)]))
  const faults: string[] = []
  let linkCount = 0
  for (const [page, html] of pages) {
    for (const [, written = ''] of html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)) {
      if (/^[a-z]+:/.test(written)) continue
      linkCount++
      const [path = '', anchor] = decodeURIComponent(written.replaceAll('&amp;', '&')).split('#')
      const target =
        path === ''
          ? page
          : fileOf(posix.join('/', path.startsWith('/') ? '' : posix.dirname(page), path))
      if (!known.has(target)) faults.push(`${page}: ${written} leads nowhere`)
      else if (anchor && !anchors.get(target)?.has(anchor))
        faults.push(`${page}: ${written} names no heading`)
    }
  }
  for (const file of files.filter((name) => /\.(html|css)$/.test(name))) {
    for (const [, address] of textOf(file).matchAll(LOADED)) faults.push(`${file} loads ${address}`)
  }
  return { faults, pageCount: pages.size, linkCount }
}

/** What a browser fetches without being asked: scripts, images, styles and fonts of others. */
const LOADED =
  /(?:<(?:script|img|iframe)\b[^>]*?\ssrc="|<link\b[^>]*?\shref="|url\(["']?|@import ["'])((?:https?:)?\/\/[^"')]*)/g

function fileOf(path: string): string {
  const name = path.slice(1)
  if (name === '' || path.endsWith('/')) return posix.join(name, 'index.html')
  return posix.extname(name) === '' ? `${name}.html` : name
}
