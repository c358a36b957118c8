import { spawnSync } from 'node:child_process'

let found: string | undefined | null = null

/** A Python that can import asgiref; `undefined` where none is at hand. */
export function pythonWithAsgiref(): string | undefined {
  if (found === null) {
    // A version manager's python3 may come first on the path and lack what the system's own has.
    found = ['python3', '/usr/bin/python3'].find(
      (python) => spawnSync(python, ['-c', 'import asgiref.sync']).status === 0,
    )
  }
  return found
}
