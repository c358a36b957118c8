// Links between files of the repository, as links between pages of the site.
import { posix } from 'node:path'
import { addressOf } from './pages.ts'

const fileOf = new Map([...addressOf].map(([file, address]) => [address, file]))

/**
 * @param page The page that holds the link, by its address on the site.
 * @param target What the link says in the repository.
 * @returns What it says on the site.
 * @throws Error where it points to a file that is no page.
 */
export function siteLink(page: string, target: string): string {
  const file = fileOf.get(page)
  if (!file || /^([a-z]+:|#|\/)/.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const wanted = posix.normalize(posix.join(posix.dirname(file), path))
  const address = addressOf.get(wanted) ?? addressOf.get(posix.join(wanted, 'README.md'))
  if (address === undefined)
    throw new Error(`${file} links to ${target}, which is no page of the site`)
  return `/${address}${anchor === undefined ? '' : `#${anchor}`}`
}
