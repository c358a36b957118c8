/**
 * Where this library itself lies. Threads start from a file beside it, except where a bundler has made it part of another file: then
 * that file is what they start from, too.
 */
import { fileURLToPath } from 'node:url'
import { fs } from '../builtins.js'
import { topLevelSite } from './call-site.js'

// A bundle of CommonJS has no `import.meta`, but is being evaluated right now.
const here: string | undefined = import.meta.url || topLevelSite()?.module

// The build keeps every chunk beside the entry; the other is the sources' place for it. Not written as bundlers expect it: they would
// take the entry along without its chunks.
const entry = ['./thread-entry.js', '../thread-entry.ts']
  .map((name) => (here?.startsWith('file:') ? new URL(name, here) : undefined))
  .find((url) => url && fs().existsSync(fileURLToPath(url)))

/** The file that holds this code, as a URL; undefined in a bundle that does not tell. */
export const libraryFile: string | undefined = here

/** The bundle that the library has been made part of; undefined where it is installed as it was published. */
export const bundle: string | undefined = entry ? undefined : here

/** The folders that only this library's code comes from, as URLs and paths; the sources are where source maps lead to. */
export const libraryFolders: readonly string[] =
  entry === undefined
    ? []
    : ['.', '../src/']
        .map((folder) => new URL(folder, entry))
        .flatMap((url) => [url.href, fileURLToPath(url)])

/** The file that a thread starts from. */
export function threadFile(): URL {
  if (entry) return entry
  if (bundle && URL.canParse(bundle)) return new URL(bundle)
  throw new Error('@syncbridge/core can’t tell what file it has been bundled into')
}
