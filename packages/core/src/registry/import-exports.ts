/**
 * `import()` of any module. A promise adopts what has a method `then`, and the exports of a module are no exception: where a module exports a
 * function of that name, `import()` calls it and waits for what it does, mostly for ever. So such a module is imported by another one, which exports
 * all of its exports as one value, and is handed on in a box.
 */
import { fileURLToPath } from 'node:url'
import { fs } from '../builtins.js'

/** What a module exports, in what no promise adopts. */
export interface Loaded {
  readonly exports: unknown
}

/** @throws what the module throws, or why it can't be found or read. */
export async function importExports(module: string): Promise<Loaded> {
  if (mayExportThen(module)) {
    try {
      const { exports } = await import(importer(module))
      return { exports }
    } catch {
      // Where it is the module that has failed, it fails once more below, in its own words and without being evaluated again. Elsewhere the
      // runtime does not let a module without a file import one.
    }
  }
  return { exports: await import(module) }
}

function importer(module: string): string {
  const source = `import * as exports from ${JSON.stringify(module)}; export { exports }`
  return `data:text/javascript,${encodeURIComponent(source)}`
}

/** Anywhere but in a call such as `promise.then(…)`; or some name that is written in another way. */
const THEN = /(?<!\.\s*)\bthen\b|\bthen\b(?!\s*\()|\\u/
/** In an ES module: names that stand in other files. */
const EXPORTS_ALL = /\bexport\s*\*/
/** The same of CommonJS, where Node follows many forms of it. */
const COMMON_JS = [/\brequire\b/, /\bexports\b/]

/** Told by its text, since the way above takes a module more: most have no such word. In doubt, yes. */
function mayExportThen(module: string): boolean {
  if (module.startsWith('node:')) return false
  if (!module.startsWith('file:')) return true
  try {
    const text = fs().readFileSync(fileURLToPath(module), 'utf8')
    return THEN.test(text) || EXPORTS_ALL.test(text) || COMMON_JS.every((word) => word.test(text))
  } catch {
    // It can't be read: `import()` says why.
    return false
  }
}
