/**
 * Compiles one TypeScript file with what a project has for that anyway: what its test runner compiles with, so that a thread runs what
 * the tests run, else any other compiler. Every one of them is optional, and found from the file's own folder.
 */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { TestRunner } from './test-runner.js'

export type ModuleFormat = 'module' | 'commonjs'

/** @returns JavaScript with its source map in it. */
export type Compile = (source: string, file: string, format: ModuleFormat) => string

/** Makes a compiler out of what `load` finds, and throws where it finds nothing. */
type Finder = (load: (...path: string[]) => unknown) => Compile

const finders: Record<'typescript' | 'swc' | 'esbuild' | 'oxc' | 'babel', Finder> = {
  typescript(load) {
    const ts = load('typescript') as TypeScript
    // Version 7 has no such interface.
    if (typeof ts.transpileModule !== 'function') throw new Error('typescript can’t be called')
    const configs = new Map<string, object>()
    return (source, fileName, format) => {
      const { outputText } = ts.transpileModule(source, {
        fileName,
        compilerOptions: {
          ...compilerOptionsFor(ts, dirname(fileName), configs),
          module: ts.ModuleKind[format === 'module' ? 'ESNext' : 'CommonJS'],
          target: ts.ScriptTarget.ES2022,
          inlineSourceMap: true,
          sourceMap: false,
          declaration: false,
          declarationMap: false,
          composite: false,
          incremental: false,
          noEmit: false,
          // Imports that name only types shall go, as they go under a test runner.
          verbatimModuleSyntax: false,
        },
      })
      return outputText
    }
  },
  swc(load) {
    const { transformSync } = load('@swc/core') as Swc
    return (source, filename, format) =>
      transformSync(source, {
        filename,
        sourceMaps: 'inline',
        module: { type: format === 'module' ? 'es6' : 'commonjs' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: filename.endsWith('x'), decorators: true },
        },
      }).code
  },
  esbuild(load) {
    const { transformSync } = load('esbuild') as Esbuild
    return (source, sourcefile, format) =>
      transformSync(source, {
        sourcefile,
        format: format === 'module' ? 'esm' : 'cjs',
        loader: sourcefile.endsWith('x') ? 'tsx' : 'ts',
        sourcemap: 'inline',
        target: 'es2022',
      }).code
  },
  oxc(load) {
    const { transformSync, TsconfigCache } = load('vitest', 'vite', 'rolldown/utils') as Oxc
    const cache = new TsconfigCache()
    return (source, file, format) => {
      if (format === 'commonjs') throw new Error('oxc writes ES modules only')
      const { code, map, errors } = transformSync(
        file,
        source,
        // Node links what Vite doesn’t: an import of what is only a type must go, whatever tsconfig.json says.
        { sourcemap: true, typescript: { onlyRemoveTypeImports: false } },
        cache,
      )
      if (errors.length > 0) throw errors[0]
      return map ? `${code}\n${inline(map)}` : code
    }
  },
  babel(load) {
    const { transformSync } = load('@babel/core') as Babel
    return (source, filename, format) => {
      // By the project's own configuration, and for a program that knows what to do with ES modules.
      const caller = { name: '@syncbridge/core', supportsStaticESM: format === 'module' }
      const code = transformSync(source, { filename, caller, sourceMaps: 'inline' })?.code
      if (code == null) throw new Error(`babel ignores ${filename}`)
      return code
    }
  },
}

type CompilerName = keyof typeof finders

/** What the runner itself compiles with comes first. */
function orderFor(runner: TestRunner, file: string): readonly CompilerName[] {
  if (runner === 'vitest') return ['oxc', 'esbuild', 'typescript', 'swc']
  return hasPackage('@swc/jest', file)
    ? ['swc', 'typescript', 'esbuild', 'babel']
    : ['typescript', 'swc', 'esbuild', 'babel']
}

/**
 * @param file A file of the project.
 * @returns undefined where the project has no compiler: Node may still strip the types itself.
 */
export function findCompiler(
  runner: TestRunner,
  file: string,
  order: readonly CompilerName[] = orderFor(runner, file),
): Compile | undefined {
  // One after the other, since each takes its time to load: seldom is more than one needed.
  const found: Compile[] = []
  const left = [...order]
  const findNext = (): Compile | undefined => {
    for (let name = left.shift(); name; name = left.shift()) {
      try {
        const compile = finders[name]((...path) => loadAlong(file, path))
        found.push(compile)
        return compile
      } catch {
        // Not installed, or not in a way that can be called.
      }
    }
    return undefined
  }
  if (!findNext()) return undefined
  return (source, name, format) => {
    let failure: unknown
    for (let index = 0; index < found.length || findNext(); index += 1) {
      try {
        return (found[index] as Compile)(source, name, format)
      } catch (error) {
        // The first one's words: the next ones are only tried.
        failure ??= error
      }
    }
    throw failure
  }
}

function hasPackage(name: string, file: string): boolean {
  try {
    createRequire(file).resolve(name)
    return true
  } catch {
    return false
  }
}

/** Loads the last of a path of packages, each as the one before would: also where nothing is hoisted. */
function loadAlong(file: string, path: readonly string[]): unknown {
  let require = createRequire(file)
  for (const step of path.slice(0, -1)) require = createRequire(folderOf(require, step))
  return require(path.at(-1) ?? '')
}

/** A file in the folder of a package, which need not let its own entry be resolved by `require`. */
function folderOf(require: NodeJS.Require, name: string): string {
  return require.resolve(`${name}/package.json`)
}

function compilerOptionsFor(ts: TypeScript, folder: string, known: Map<string, object>): object {
  const config = ts.findConfigFile(folder, ts.sys.fileExists)
  if (!config) return {}
  let options = known.get(config)
  if (!options) {
    // Without the list of files, which would be looked for.
    const host = { ...ts.sys, readDirectory: () => [] }
    const { config: json } = ts.readConfigFile(config, ts.sys.readFile)
    options = ts.parseJsonConfigFileContent(json ?? {}, host, dirname(config)).options
    known.set(config, options)
  }
  return options
}

/** Not in one piece, so that nobody takes it for the source map of this very file. */
const MAPPING = ['//# source', 'MappingURL=data:application/json;base64,'].join('')

function inline(map: object): string {
  return MAPPING + Buffer.from(JSON.stringify(map)).toString('base64')
}

interface TypeScript {
  transpileModule(source: string, options: object): { outputText: string }
  findConfigFile(folder: string, exists: unknown): string | undefined
  readConfigFile(file: string, read: unknown): { config?: object }
  parseJsonConfigFileContent(config: object, host: object, folder: string): { options: object }
  readonly sys: { readonly fileExists: unknown; readonly readFile: unknown }
  readonly ModuleKind: Readonly<Record<string, number>>
  readonly ScriptTarget: Readonly<Record<string, number>>
}
interface Swc {
  transformSync(source: string, options: object): { code: string }
}
interface Esbuild {
  transformSync(source: string, options: object): { code: string }
}
interface Babel {
  transformSync(source: string, options: object): { code?: string | null } | null
}
interface Oxc {
  transformSync(
    file: string,
    source: string,
    options: object,
    cache: object,
  ): { code: string; map?: object; errors: unknown[] }
  readonly TsconfigCache: new () => object
}
