/** Runs the matrix, or a part of it, some cells at a time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { matrix } from './matrix.js'
import { runCell } from './run-cell.js'

/** A late answer may be the machine's fault and not ours; the same fault so many times in a row is not. */
const TRIES = 3

/**
 * @param {{ only?: (fault: string, state: string) => boolean, slack?: number, atOnce?: number }} [options]
 * @returns {Promise<Map<string, Map<string, { faults: string[], slowest: number } | { reason: string }>>>}
 */
export async function runMatrix({ only = () => true, slack = 1, atOnce = 2 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'syncbridge-faults-'))
  // Written here, as a file that no tool of the house could read.
  writeFileSync(join(folder, 'syntax.mjs'), 'export function anything( {\n')
  const brokenModule = pathToFileURL(join(folder, 'syntax.mjs')).href
  const results = new Map()
  const cells = []
  for (const [fault, row] of Object.entries(matrix)) {
    for (const [state, expected] of Object.entries(row)) {
      if (!only(fault, state)) continue
      if (!results.has(fault)) results.set(fault, new Map())
      results.get(fault).set(state, expected)
      if (!expected.reason) cells.push({ fault, state, expected })
    }
  }
  const queue = cells.values()
  const takeCells = async () => {
    for (const { fault, state, expected } of queue) {
      let result
      for (let tries = 0; tries < TRIES && (!result || result.isLateOnly); tries += 1)
        result = await runCell(fault, state, expected, { slack, brokenModule })
      results.get(fault).set(state, result)
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, takeCells))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return results
}
