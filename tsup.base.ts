import { globSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['plugins']>[number]

/**
 * Removes what an earlier build left in `dist` and this one did not write.
 *
 * It takes the place of tsup's `clean`, which empties the folder first: for seconds a test beside it would find no
 * package, and nx could keep a half-empty folder in its cache as the result of a build.
 */
function removeStale(): Plugin {
  return {
    name: 'remove-stale',
    buildEnd({ writtenFiles }) {
      const written = new Set(writtenFiles.map(({ name }) => resolve(name)))
      const extension = this.format === 'cjs' ? 'cjs' : 'js'
      for (const file of globSync(`dist/**/*.${extension}{,.map}`)) {
        if (!written.has(resolve(file))) rmSync(file, { force: true })
      }
    },
  }
}

/** In characters. */
const longestLine = 160

const everywhere: Options = {
  bundle: true,
  outDir: 'dist',
  platform: 'node',
  plugins: [removeStale()],
  // `node:sqlite` exists only under its full name; tsup would shorten it.
  removeNodeProtocol: false,
  silent: true,
  sourcemap: true,
  target: 'node20',
  tsconfig: 'tsconfig.build.json',
}

/**
 * The recipe for a published package: its entries as ES modules and, of those with types, CommonJS too.
 *
 * @param entries Files with a public face; each becomes an ES module, a CommonJS module and types for both.
 * @param threadEntries Files that only a thread starts: ES modules without types. They lie beside the chunks in a
 *   flat `dist`, so `new URL('./name.js', import.meta.url)` finds them from any chunk.
 */
export function libraryBuild(entries: string[], threadEntries: string[] = []): Options {
  return {
    ...everywhere,
    // tsup's own shims break on paths with `#`. The banner comes before esbuild's directive, so it repeats it.
    banner: ({ format }) =>
      format === 'cjs'
        ? {
            js: "'use strict';\nconst importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
          }
        : {},
    dts: { entry: entries },
    entry: [...entries, ...threadEntries],
    format: ['esm', 'cjs'],
    esbuildOptions: (options, { format }) => {
      // What two entries share must be one module, or a thread would hold two copies of it.
      options.splitting = format === 'esm'
      // Every thread reads it anew, and a third of it would be blanks. Names stay, and lines short enough for the one that an
      // uncaught error prints.
      options.minifyWhitespace = true
      options.lineLimit = longestLine
      // The sources are in the package, where the maps find them.
      options.sourcesContent = false
      if (format === 'cjs') {
        options.define = { ...options.define, 'import.meta.url': 'importMetaUrl' }
        options.entryPoints = entries
      }
    },
  }
}

/**
 * The recipe for an app: `dist` mirrors `src`, one ES module a file, no types.
 */
export function appBuild(): Options {
  return {
    ...everywhere,
    bundle: false,
    // esbuild renames a named function expression that is kept under its own name; who looks at calls wants the name.
    keepNames: true,
    entry: ['src/**/*.ts', '!src/**/*.test.ts'],
    format: 'esm',
    splitting: false,
    target: 'node22',
  }
}
