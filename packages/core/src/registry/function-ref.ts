import { fileURLToPath } from 'node:url'
import type { FunctionRef } from '../protocol.js'

/** The same function has the same key in every thread. */
export function keyOf(ref: FunctionRef): string {
  return `${ref.kind}\n${ref.module}\n${ref.name}\n${ref.ordinal}`
}

/** For people: `name (path:line)`. */
export function printRef(ref: FunctionRef): string {
  return `${ref.name} (${printModule(ref.module)}${ref.line === undefined ? '' : `:${ref.line}`})`
}

export function printModule(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
