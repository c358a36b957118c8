/**
 * Modules of Node's that are loaded when they are needed. An `import` makes ready all that such a module has, promises of files and
 * streams included, in every thread, which took a third as long as this library’s own code; many processes that import it never make
 * a call.
 */
export const assert = (): typeof import('node:assert') => process.getBuiltinModule('node:assert')
export const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')
export const os = (): typeof import('node:os') => process.getBuiltinModule('node:os')
export const stream = (): typeof import('node:stream') => process.getBuiltinModule('node:stream')
export const util = (): typeof import('node:util') => process.getBuiltinModule('node:util')
