import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToModule } from '../add-to-module.ts'

const entry = 'SyncbridgeModule.forRoot({ interceptor: { mount: true } })'
const line = "import { SyncbridgeModule } from '@syncbridge/nestjs';\n"

test('the module comes first among the imports of a Nest module', () => {
  const source = '@Module({ providers: [Cats], imports: [Cats, Dogs] })\nexport class AppModule {}'
  assert.equal(addToModule(source), line + source.replace('[Cats, Dogs]', `[${entry}, Cats, Dogs]`))
})

test('a Nest module without imports gets them', () => {
  const source = '@Module({ providers: [] })\nexport class AppModule {}'
  assert.equal(addToModule(source), line + source.replace('{ p', `{ imports: [${entry}], p`))
})

test('a file without a Nest module is refused', () => {
  assert.throws(() => addToModule('export class AppModule {}'), /no class with @Module/)
  const computed = '@Module({ imports: all() })\nexport class AppModule {}'
  assert.throws(() => addToModule(computed), /not a plain list/)
})
