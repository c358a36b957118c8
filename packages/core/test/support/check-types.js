/** What the compiler says of files that use the built package as a user's project does. */
import { fileURLToPath } from 'node:url'
import { runInProcess } from './run-in-process.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** @param {string} folder @param {string[]} files */
export function checkTypes(folder, files) {
  return runInProcess(
    [
      `${root}node_modules/typescript/bin/tsc`,
      ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'],
      ...['--types', 'node', '--typeRoots', `${root}node_modules/@types`, ...files],
    ],
    { cwd: folder, deadline: 60_000 },
  )
}
