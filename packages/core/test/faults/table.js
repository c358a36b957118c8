/** The matrix as text. */

/** @param {Map<string, Map<string, { faults: string[], slowest: number } | { reason: string }>>} results By fault and state. */
export function printTable(results, states) {
  const first = Math.max(...[...results.keys()].map(({ length }) => length))
  const width = Math.max(11, ...states.map(({ length }) => length))
  const lines = [[''.padEnd(first), ...states.map((state) => state.padStart(width))].join(' ')]
  for (const [fault, row] of results) {
    const cells = states.map((state) => printCell(row.get(state)).padStart(width))
    lines.push([fault.padEnd(first), ...cells].join(' '))
  }
  return lines.join('\n')
}

function printCell(result) {
  if (!result) return ''
  if (result.reason) return '–'
  const took = `${Math.max(0, Math.round(result.slowest))} ms`
  return result.faults.length === 0 ? `ok ${took}` : 'FAILED'
}
