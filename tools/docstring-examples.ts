// The examples in docstrings, which the reference shows: where they stand, and whether they can be read and import what there is.
import ts from 'typescript'
import { exportsOf, type SourceText } from './documented-names.ts'

/**
 * @param sources The packages' source files.
 * @param indexes Each package's `index.ts`, by the package's name.
 * @returns How many examples there are, and what is wrong with them, a line each.
 */
export function faultsOfExamples(
  sources: readonly SourceText[],
  indexes: ReadonlyMap<string, SourceText>,
): { count: number; faults: string[] } {
  const known = new Map([...indexes].map(([name, index]) => [name, new Set(exportsOf(index))]))
  const faults: string[] = []
  let count = 0
  for (const source of sources) {
    for (const { line, code, name } of examplesIn(source)) {
      count++
      if (name === '') faults.push(`${source.file}, line ${line}: it documents nothing`)
      for (const fault of faultsIn(code, known))
        faults.push(`${source.file}, line ${line}: ${fault}`)
    }
  }
  return { count, faults }
}

export interface DocstringExample {
  /** What it documents; a member with its class: `Ledger.post`. */
  name: string
  /** Of its tag, counted from 1. */
  line: number
  /** What its fence says, else `js`. */
  language: string
  code: string
}

/** By their text: TypeScript takes a decorator at the beginning of a line for a tag. */
export function examplesIn({ file, text }: SourceText): DocstringExample[] {
  const names = namesByDocstring(file, text)
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) => {
    const lines = comment[0].slice(3, -2).split('\n')
    const plain = lines.map((line) => line.replace(/^\s*\* ?/, '')).join('\n')
    return [...plain.matchAll(/^ ?@example\b/gm)].map(({ index }) => {
      const rest = plain.slice(index).replace(/^ ?@example\b/, '')
      const before = `${text.slice(0, comment.index)}${plain.slice(0, index)}`
      const [, language = 'js', fenced] = /^\s*```(\w*)\n(.*?)```/s.exec(rest) ?? []
      const code = `${(fenced ?? rest.split(/^@\w/m)[0] ?? '').trim()}\n`
      const name = names.get(comment.index) ?? ''
      return { name, line: before.split('\n').length, language, code }
    })
  })
}

/** What an example says that it prints: the comments behind `console.log(…)`, a line each. */
export function printedBy(code: string): string {
  const said = code.matchAll(/\bconsole\.log\(.*\) \/\/ (.*)$/gm)
  return [...said].map(([, line]) => line).join('\n')
}

/** What each docstring documents, by where it begins. */
function namesByDocstring(file: string, text: string): Map<number, string> {
  const names = new Map<number, string>()
  const visit = (node: ts.Node, owner: string): void => {
    const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node
    const own = named && ts.isDeclarationStatement(named) ? named.name : nameOfMember(named)
    const name = own && ts.isIdentifier(own) ? `${owner}${own.text}` : undefined
    if (name) {
      for (const { pos } of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
        names.set(pos, name)
      }
    }
    node.forEachChild((child) => visit(child, ts.isClassDeclaration(node) ? `${name}.` : ''))
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), '')
  return names
}

function nameOfMember(node: ts.Node | undefined): ts.Node | undefined {
  if (!node) return undefined
  return ts.isClassElement(node) || ts.isVariableDeclaration(node) ? node.name : undefined
}

function faultsIn(code: string, known: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const { diagnostics = [] } = ts.transpileModule(code, {
    compilerOptions: { experimentalDecorators: true, module: ts.ModuleKind.ESNext },
    reportDiagnostics: true,
  })
  const unreadable = diagnostics.map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, ' '),
  )
  const missing = ts
    .createSourceFile('example.ts', code, ts.ScriptTarget.Latest)
    .statements.filter(ts.isImportDeclaration)
    .flatMap(({ importClause, moduleSpecifier }) => {
      const from = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
      const bindings = importClause?.namedBindings
      if (!bindings || !ts.isNamedImports(bindings)) return []
      const names = bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
      const exported = known.get(from)
      return names
        .filter((name) => exported && !exported.has(name))
        .map((name) => `${from} exports no ${name}`)
    })
  return code.trim() === '' ? ['it is empty'] : [...unreadable, ...missing]
}
