// What docs/asgiref-parity.md says, and whether the tests that it names exist and run.
import ts from 'typescript'

/** The rows of the contract that the page answers. */
const LAST_ROW = 154

const STATUS = /^(same|different: \S.*|not applicable: \S.*)$/

export interface TitledTest {
  /** As far as it is constant. */
  title: string
  /** Switched off, itself or by what it stands in. */
  skipped: boolean
}

/** How the rows have been answered. */
export function countsOfParity(page: string): string {
  const rows = page.split('\n').filter((line) => /^\| *\d+ *\|/.test(line))
  const count = (start: string) => rows.filter((line) => cellsOf(line)[2]?.startsWith(start)).length
  return `${count('same')} same, ${count('different:')} different, ${count('not applicable:')} not applicable`
}

/**
 * @param page The page's markdown.
 * @param testsOf The tests in a file, as the page names it; undefined where there is no such file.
 * @returns What is wrong with it, each fault led by its line.
 */
export function faultsOfParity(
  page: string,
  testsOf: (file: string) => readonly TitledTest[] | undefined,
): string[] {
  const faults: string[] = []
  const rows = new Set<number>()
  const names = new Set<string>()
  for (const [index, line] of page.split('\n').entries()) {
    const fault = (text: string) => faults.push(`line ${index + 1}: ${text}`)
    const [first = '', ...cells] = cellsOf(line)
    if (/^\d+$/.test(first)) {
      if (cells.length !== 3) {
        fault(`row ${first} has ${cells.length + 1} cells, not 4`)
        continue
      }
      const [, status = '', tests = ''] = cells
      if (rows.has(Number(first))) fault(`row ${first} is there twice`)
      rows.add(Number(first))
      if (Number(first) < 1 || Number(first) > LAST_ROW)
        fault(`row ${first} is none of 1 to ${LAST_ROW}`)
      if (!STATUS.test(status))
        fault(`row ${first} is none of 'same', 'different: why' and 'not applicable: why'`)
      const isApplicable = !status.startsWith('not applicable')
      if (tests !== '—') faultsOfNamed(tests, testsOf).forEach(fault)
      else if (isApplicable) fault(`row ${first} names no test`)
    } else if (/^`test_\w+`$/.test(first)) {
      if (names.has(first)) fault(`${first} is there twice`)
      names.add(first)
      const [where = ''] = cells
      if (where.startsWith('not applicable: ')) continue
      faultsOfNamed(`${where} › ${first.slice(1, -1)}:`, testsOf).forEach(fault)
    }
  }
  for (let row = 1; row <= LAST_ROW; row++) {
    if (!rows.has(row)) faults.push(`row ${row} is missing`)
  }
  return faults
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return []
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}

/** `file › title start`, several of them with `<br>` between. */
export function faultsOfNamed(
  named: string,
  testsOf: (file: string) => readonly TitledTest[] | undefined,
): string[] {
  return named.split('<br>').flatMap((one) => {
    const [file = '', start = ''] = one.split(' › ').map((part) => part.trim())
    if (start === '') return [`'${one.trim()}' is not 'file › title start'`]
    const tests = testsOf(file)
    if (!tests) return [`there is no file ${file}`]
    const found = tests.filter(({ title }) => title.startsWith(start))
    if (found.length === 0) return [`${file} has no test whose title starts with '${start}'`]
    if (found.every(({ skipped }) => skipped)) return [`${file}: '${start}' is skipped`]
    return []
  })
}

/** The tests of a source file, for `node:test` and vitest alike. */
export function testsIn(source: string): TitledTest[] {
  const tests: TitledTest[] = []
  const visit = (node: ts.Node, skipped: boolean): void => {
    const found = ts.isCallExpression(node) ? testOf(node) : undefined
    if (!found) return node.forEachChild((child) => visit(child, skipped))
    const off = skipped || found.skipped
    if (!found.isGroup) tests.push({ title: found.title, skipped: off })
    node.forEachChild((child) => visit(child, off))
  }
  const file = ts.createSourceFile('tests.ts', source, ts.ScriptTarget.Latest, true)
  visit(file, false)
  return tests
}

function testOf(call: ts.CallExpression): (TitledTest & { isGroup: boolean }) | undefined {
  const [verb, ...modifiers] = call.expression.getText().split('.')
  if (!/^(test|it|describe|suite)$/.test(verb ?? '')) return undefined
  const [first, ...rest] = call.arguments
  const title = first && constantStart(first)
  if (title === undefined) return undefined
  const isGroup = verb === 'describe' || verb === 'suite'
  const options = rest.filter(ts.isObjectLiteralExpression).flatMap(({ properties }) => properties)
  const isOff = (word: string) => word === 'skip' || word === 'todo'
  const skipped =
    modifiers.some(isOff) ||
    // `{ skip }` is a condition, told in words where it is made.
    options.some(
      (option) => !ts.isShorthandPropertyAssignment(option) && isOff(option.name?.getText() ?? ''),
    ) ||
    // `t.skip()`: in a group it concerns one of its tests, which is asked by itself.
    (!isGroup && rest.some((argument) => /\b\w+\.(skip|todo)\(/.test(argument.getText())))
  return { title, isGroup, skipped }
}

function constantStart(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isTemplateExpression(node) ? node.head.text : undefined
}
