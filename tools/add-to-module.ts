import ts from 'typescript'

/**
 * Adds `SyncbridgeModule.forRoot()` to the first Nest module of a source file, as its documentation says, and nothing else.
 *
 * @throws Error where there is none, or its imports can't be added to
 */
export function addToModule(source: string): string {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true)
  const metadata = moduleMetadata(file)
  if (!metadata) throw new Error('no class with @Module({ … }) was found')
  const imports = metadata.properties.find(
    (property): property is ts.PropertyAssignment =>
      ts.isPropertyAssignment(property) && property.name.getText(file) === 'imports',
  )
  const entry = 'SyncbridgeModule.forRoot({ interceptor: { mount: true } })'
  const added = imports
    ? insert(source, listStart(imports.initializer), `${entry}, `)
    : insert(source, metadata.getStart(file) + 1, ` imports: [${entry}],`)
  return `import { SyncbridgeModule } from '@syncbridge/nestjs';\n${added}`
}

function listStart(imports: ts.Expression): number {
  if (!ts.isArrayLiteralExpression(imports)) throw new Error('its imports are not a plain list')
  return imports.getStart() + 1
}

function insert(source: string, at: number, text: string): string {
  return source.slice(0, at) + text + source.slice(at)
}

function moduleMetadata(file: ts.SourceFile): ts.ObjectLiteralExpression | undefined {
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement)) continue
    for (const { expression } of ts.getDecorators(statement) ?? []) {
      if (!ts.isCallExpression(expression) || expression.expression.getText(file) !== 'Module')
        continue
      const [metadata] = expression.arguments
      if (metadata && ts.isObjectLiteralExpression(metadata)) return metadata
    }
  }
  return undefined
}
