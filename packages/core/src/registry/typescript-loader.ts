/**
 * A thread under a test runner loads the user's TypeScript by Node's own loader, without the runner that would have compiled it.
 * This makes up for that, so that nothing must be configured: files are found by the names that the runner knows, and compiled.
 */
import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { fs } from '../builtins.js'
import { hasOwnLoader } from './own-loader.js'
import { packageTypeOf } from './package-type.js'
import { isTypeScript, sourceBehind } from './source-file.js'
import { type TestRunner, testRunner } from './test-runner.js'
import { type Compile, findCompiler, type ModuleFormat } from './typescript-compiler.js'

export function loadTypeScript(runner = testRunner()): void {
  // A loader that the user has given to the threads knows better.
  if (!runner || hasOwnLoader()) return
  // Since Node 22.15.
  if (typeof Module.registerHooks === 'function') registerHooks(compilerOf(runner), runner)
  else extendRequire(compilerOf(runner))
}

function compilerOf(runner: TestRunner): CompileFile {
  let compiler: { compile: Compile | undefined } | undefined
  return (file, format) => {
    compiler ??= { compile: findCompiler(runner, file) }
    return compiler.compile?.(fs().readFileSync(file, 'utf8'), file, format)
  }
}

type CompileFile = (file: string, format: ModuleFormat) => string | undefined

function registerHooks(compile: CompileFile, runner: TestRunner): void {
  Module.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        const file = meantBy(specifier, context.parentURL)
        if (!file) throw error
        return { url: pathToFileURL(file).href, shortCircuit: true }
      }
    },
    load(url, context, next) {
      const file = url.startsWith('file:') && pathOf(url)
      if (!file || !isTypeScript(file) || file.includes('node_modules')) return next(url, context)
      const format = formatOf(file, context.conditions.includes('require'), runner)
      const source = compile(file, format)
      return source === undefined ? next(url, context) : { format, source, shortCircuit: true }
    },
  })
}

/** The way of older versions, by `require` alone: what `import()` refuses is loaded by it, too. */
function extendRequire(compile: CompileFile): void {
  const { extensions } = createRequire(join(process.cwd(), 'any'))
  for (const ending of ['.ts', '.tsx', '.mts', '.cts']) {
    extensions[ending] = (module, file) => {
      const source = compile(file, 'commonjs')
      if (source === undefined) throw new SyntaxError(`No compiler for ${file} was found`)
      ;(module as unknown as Compiling)._compile(source, file)
    }
  }
  const loader = Module as unknown as Resolving
  const resolve = loader._resolveFilename
  loader._resolveFilename = (request, parent, ...rest) => {
    try {
      return resolve(request, parent, ...rest)
    } catch (error) {
      const file = parent?.filename && meantBy(request, pathToFileURL(parent.filename).href)
      if (!file) throw error
      return file
    }
  }
}

/** What Node has for those who load in their own way, and does not declare. */
interface Compiling {
  _compile(source: string, file: string): void
}
interface Resolving {
  _resolveFilename(request: string, parent?: { filename?: string }, ...rest: unknown[]): string
}

function meantBy(specifier: string, parent: string | undefined): string | undefined {
  if (!/^(\.\.?(\/|$)|\/|file:)/.test(specifier)) return undefined
  try {
    return sourceBehind(fileURLToPath(new URL(escapeUrl(specifier), parent)))
  } catch {
    return undefined
  }
}

/** A path of CommonJS is no URL: what ends one there is a letter like any other. */
function escapeUrl(specifier: string): string {
  return specifier.startsWith('file:')
    ? specifier
    : specifier.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F')
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

/** By the rules of Node; where these leave it open, as the test runner takes the file. */
function formatOf(file: string, required: boolean, runner: TestRunner): ModuleFormat {
  if (file.endsWith('.mts')) return 'module'
  if (file.endsWith('.cts')) return 'commonjs'
  if (packageTypeOf(file) === 'module') return 'module'
  if (required || (runner === 'jest' && !hasVmModules())) return 'commonjs'
  return isWrittenAsCommonJs(fs().readFileSync(file, 'utf8')) ? 'commonjs' : 'module'
}

/** Without this option Jest runs everything as CommonJS. */
function hasVmModules(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS]
    .join(' ')
    .includes('--experimental-vm-modules')
}

/** TypeScript's own forms of CommonJS, or JavaScript's without any statement of an ES module. */
function isWrittenAsCommonJs(source: string): boolean {
  if (/^\s*(import\s+\w+\s*=\s*require\s*\(|export\s*=)/m.test(source)) return true
  if (/^\s*(import|export)\b|\bimport\.meta\b/m.test(source)) return false
  return /\brequire\s*\(|\bmodule\.exports\b|\bexports\.\w/.test(source)
}
