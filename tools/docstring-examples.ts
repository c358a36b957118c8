// Whether the examples in docstrings, which the reference shows, can be read and import what there is.
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
  for (const { file, text } of sources) {
    for (const { line, code } of examplesIn(text)) {
      count++
      for (const fault of faultsIn(code, known)) faults.push(`${file}, line ${line}: ${fault}`)
    }
  }
  return { count, faults }
}

/** By their text: TypeScript takes a decorator at the beginning of a line for a tag. */
function examplesIn(text: string): Array<{ line: number; code: string }> {
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) => {
    const lines = comment[0].slice(3, -2).split('\n')
    const plain = lines.map((line) => line.replace(/^\s*\* ?/, '')).join('\n')
    return [...plain.matchAll(/^\s?@example\b/gm)].map(({ index }) => {
      const rest = plain.slice(index).replace(/^\s?@example\b/, '')
      const before = `${text.slice(0, comment.index)}${plain.slice(0, index)}`
      const [, fenced] = /^\s*```\w*\n(.*?)```/s.exec(rest) ?? []
      const code = fenced ?? rest.split(/^@\w/m)[0] ?? ''
      return { line: before.split('\n').length, code }
    })
  })
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
