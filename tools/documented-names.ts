// Whether the names that users rely on stand in the documentation, and whether what stands there is still in the code.
import ts from 'typescript'

export interface SourceText {
  file: string
  text: string
}

/** Variables of the environment, which are no codes. */
const SETTINGS = ['SYNCBRIDGE_STACK']

/**
 * @param sources The packages' source files.
 * @param page `docs/errors.md`.
 */
export function faultsOfCodes(sources: readonly SourceText[], page: string): string[] {
  const inCode = stringsIn(sources, (node) => /^SYNCBRIDGE_[A-Z_]+$/.test(node.text))
  const inPage = new Set([...page.matchAll(/`(SYNCBRIDGE_[A-Z_]+)`/g)].map(([, code = '']) => code))
  return differences(inCode, inPage, 'docs/errors.md', SETTINGS)
}

/** @param page `docs/diagnostics.md`: the channels, and the properties of what is published on them. */
export function faultsOfChannels(sources: readonly SourceText[], page: string): string[] {
  const inCode = stringsIn(sources, isChannel)
  const inPage = new Set([...page.matchAll(/`(syncbridge:[a-z]+)`/g)].map(([, name = '']) => name))
  const properties = [
    ['CallEvent', 'Calls'],
    ['ThreadEvent', 'Threads'],
  ].flatMap(([event = '', heading = '']) =>
    differences(
      membersOf(sources, event),
      firstColumn(page, heading),
      `docs/diagnostics.md, ${heading}`,
    ),
  )
  return [...differences(inCode, inPage, 'docs/diagnostics.md'), ...properties]
}

/**
 * @param index A package's `index.ts`.
 * @param pages What users read of it: its README and the page of errors.
 * @returns The functions and classes that it exports and no page names.
 */
export function faultsOfExports({ file, text }: SourceText, pages: string): string[] {
  const names = exportsOf({ file, text }, false)
  if (names.length === 0) return [`${file}: no export was found`]
  return names
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(pages))
    .map((name) => `${file}: ${name} is exported, and on no page`)
}

/**
 * @param withTypes Whether types count, too.
 * @returns The names that a package's `index.ts` exports.
 */
export function exportsOf({ file, text }: SourceText, withTypes = true): string[] {
  const names: string[] = []
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    if (!ts.isExportDeclaration(statement)) continue
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue
    for (const { isTypeOnly, name } of statement.exportClause.elements) {
      if (withTypes || !(isTypeOnly || statement.isTypeOnly)) names.push(name.text)
    }
  }
  return names
}

function differences(
  inCode: ReadonlySet<string>,
  inPage: ReadonlySet<string>,
  page: string,
  exempt: readonly string[] = [],
): string[] {
  if (inCode.size === 0) return [`${page}: nothing was found in the code to compare it with`]
  const missing = [...inCode].filter((name) => !inPage.has(name) && !exempt.includes(name))
  const gone = [...inPage].filter((name) => !inCode.has(name))
  return [
    ...missing.map((name) => `${page}: ${name} is in the code, and not on the page`),
    ...gone.map((name) => `${page}: ${name} is on the page, and not in the code`),
  ]
}

function isChannel({ parent }: ts.StringLiteralLike): boolean {
  return ts.isCallExpression(parent) && /^(tracingC|c)hannel$/.test(parent.expression.getText())
}

function stringsIn(
  sources: readonly SourceText[],
  isWanted: (node: ts.StringLiteralLike) => boolean,
): Set<string> {
  const found = new Set<string>()
  for (const { file, text } of sources) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && isWanted(node)) found.add(node.text)
      node.forEachChild(visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  }
  return found
}

function membersOf(sources: readonly SourceText[], name: string): Set<string> {
  const members = new Set<string>()
  for (const { file, text } of sources) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    for (const statement of source.statements) {
      if (!ts.isInterfaceDeclaration(statement) || statement.name.text !== name) continue
      for (const member of statement.members) members.add(member.name?.getText() ?? '')
    }
  }
  return members
}

/** What the tables below a heading name in their first column, in code. */
function firstColumn(page: string, heading: string): Set<string> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const table = section.slice(section.indexOf('| property |'))
  const cells = [...table.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell)
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)),
  )
}
