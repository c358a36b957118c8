/** Python's own: measured by a script of its own, in the same place. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pythonWithAsgiref } from '../machine/python.ts'
import type { Contender } from './contender.ts'

const script = fileURLToPath(new URL('../threads/asgiref_calls.py', import.meta.url))

export const contender: Contender = {
  measureItself() {
    const python = pythonWithAsgiref()
    if (!python) throw new Error('No Python with asgiref is at hand.')
    const { status, stdout, stderr } = spawnSync(python, [script], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return JSON.parse(stdout)
  },
}
