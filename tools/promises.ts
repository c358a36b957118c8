// Which sentences of the documentation promise something, and which tests hold them.
import { faultsOfNamed, type TitledTest } from './parity.ts'

/** Stands for all rows of a table that have no entry of their own. */
const ROWS = '(rows)'

/** One paragraph, item of a list or row of a table. */
export interface Block {
  line: number
  isRow: boolean
  /** Without marks of emphasis, links and bullets, on one line. */
  text: string
}

interface Entry {
  line: number
  start: string
  tests: string[]
  reason?: string
}

/** What a page says, without its code, headings and the heads of its tables. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  let inFence = false
  const lines = page.split('\n')
  for (const [index, line] of lines.entries()) {
    if (/^\s*```/.test(line)) inFence = !inFence
    const isTable = line.startsWith('|')
    const isHead =
      isTable && (/^\|[-:| ]+$/.test(line) || /^\|[-:| ]+$/.test(lines[index + 1] ?? ''))
    if (inFence || isHead || line.trim() === '' || /^(#|<!--|\s*```)/.test(line)) open = undefined
    else if (isTable || /^\s*(-|\d+\.) /.test(line) || !open) {
      open = { line: index + 1, isRow: isTable, text: isTable ? line.slice(1, -1) : line }
      blocks.push(open)
      if (isTable) open = undefined
    } else open.text += ` ${line.trim()}`
  }
  return blocks.map((block) => ({ ...block, text: plain(block.text) }))
}

function plain(text: string): string {
  return text
    .replace(/^\s*(-|\d+\.) /, '')
    .replaceAll('**', '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * @param page What the page says now.
 * @param list The page's list: the beginning of a sentence on a line, and below it, indented, the tests that hold it (`> file › title start`) or why
 * there is none (`= reason`). An entry stands for all sentences of its block up to the next entry.
 * @returns What is wrong, each fault led by its line.
 */
export function faultsOfPromises(
  page: string,
  list: string,
  testsOf: (file: string) => readonly TitledTest[] | undefined,
): string[] {
  const faults: string[] = []
  const entries = entriesOf(list)
  const used = new Set<Entry>()
  let next = 0
  for (const { line, isRow, text } of blocksOf(page)) {
    const rows = entries[next]?.start === ROWS ? entries[next] : undefined
    if (rows && isRow) {
      used.add(rows)
      continue
    }
    if (rows && used.has(rows)) next += 1
    const first = entries[next]
    if (!first || !text.startsWith(first.start)) {
      faults.push(`page line ${line}: no entry for '${text.slice(0, 60)}'`)
      // A block that is missing must not hide those behind it.
      const later = entries.findIndex((entry, at) => at >= next && text.startsWith(entry.start))
      if (later < 0) continue
      next = later
    }
    for (let at = 0; ; next += 1) {
      const entry = entries[next]
      const found = entry ? text.indexOf(entry.start, at) : -1
      if (!entry || found < 0 || (found > 0 && !/[.:;|] $/.test(text.slice(0, found)))) break
      used.add(entry)
      at = found + entry.start.length
    }
  }
  for (const entry of entries) {
    const fault = (text: string) => faults.push(`list line ${entry.line}: ${text}`)
    if (!used.has(entry)) fault(`the page does not say '${entry.start}' here`)
    if (entry.tests.length === 0 && !entry.reason) fault('neither a test nor a reason')
    for (const test of entry.tests) faultsOfNamed(test, testsOf).forEach(fault)
  }
  return faults
}

export function countsOfPromises(list: string): { tested: number; untested: number } {
  const entries = entriesOf(list)
  const tested = entries.filter(({ tests }) => tests.length > 0).length
  return { tested, untested: entries.length - tested }
}

function entriesOf(list: string): Entry[] {
  const entries: Entry[] = []
  for (const [index, line] of list.split('\n').entries()) {
    const last = entries.at(-1)
    if (line.trim() === '' || line.startsWith('#')) continue
    if (line.startsWith('  > ')) last?.tests.push(line.slice(4))
    else if (line.startsWith('  = ') && last) last.reason = line.slice(4)
    else entries.push({ line: index + 1, start: line.trim(), tests: [] })
  }
  return entries
}
