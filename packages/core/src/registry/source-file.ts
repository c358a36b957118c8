/**
 * TypeScript names a module by what it will be compiled to (`./x.js`) or not to the end (`./x`), and test runners know how to find it.
 * Node does not.
 */
import { join } from 'node:path'
import { fs } from '../builtins.js'

const SOURCES = ['.ts', '.tsx', '.mts', '.cts']
const FILES = [...SOURCES, '.js', '.mjs', '.cjs', '.json']
/** What a file is called before it is compiled. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

/** The file that is meant by `path`; undefined where it is there itself, or nothing like it. */
export function sourceBehind(path: string): string | undefined {
  if (isFile(path)) return undefined
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? ''
  const bare = path.slice(0, path.length - ending.length)
  const candidates = [
    ...(BEFORE[ending] ?? []).map((other) => bare + other),
    ...FILES.map((other) => path + other),
    ...FILES.map((other) => join(path, `index${other}`)),
  ]
  return candidates.find(isFile)
}

export function isTypeScript(path: string): boolean {
  return SOURCES.some((ending) => path.endsWith(ending))
}

function isFile(path: string): boolean {
  return fs().statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
