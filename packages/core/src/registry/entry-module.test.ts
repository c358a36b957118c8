import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EntryModuleError, RegistrationError } from '../errors.js'
import { siteOf } from './call-site.js'
import { assertImportable, findEntryModule } from './entry-module.js'
import { Registry } from './registry.js'

const entry = 'file:///app/main.js'
const register = (module: string) => {
  const registry = new Registry()
  return { registry, ref: registry.add({ module, format: 'esm' }, 'hash', () => undefined) }
}

describe('assertImportable', () => {
  test('refuses a function of the entry module, with both ways out', () => {
    const { registry, ref } = register(entry)
    expect(() => assertImportable(ref, entry, registry)).toThrow(EntryModuleError)
    expect(() => assertImportable(ref, entry, registry)).toThrow(
      /hash \(\/app\/main\.js\).*main\(\(\) => \{.*module of its own/s,
    )
    expect(() => assertImportable({ ...ref, kind: 'export' }, entry, registry)).toThrow(
      EntryModuleError,
    )
  })

  test('allows it once the module keeps its own part inside main()', () => {
    const { registry, ref } = register(entry)
    registry.guard(entry)
    expect(() => assertImportable(ref, entry, registry)).not.toThrow()
  })

  test('allows a function of any other module, also where there is no entry module', () => {
    const { registry, ref } = register('file:///app/hash.js')
    expect(() => assertImportable(ref, entry, registry)).not.toThrow()
    expect(() => assertImportable(ref, undefined, registry)).not.toThrow()
  })

  test.each([
    'plugin.js',
    './plugin.js',
    '[eval]',
    'file:///app/[eval1]',
    'evalmachine.<anonymous>',
  ])('refuses a function of what is no file, and says what to do: %s', (name) => {
    const { registry, ref } = register(siteOf(name).module)
    expect(() => assertImportable(ref, undefined, registry)).toThrow(RegistrationError)
    expect(() => assertImportable(ref, undefined, registry)).toThrow(/is no file.*Keep bridged/)
  })

  test('is not lifted by the main() of another module', () => {
    const { registry, ref } = register(entry)
    registry.guard('file:///app/other.js')
    expect(() => assertImportable(ref, entry, registry)).toThrow(EntryModuleError)
  })
})

describe('findEntryModule', () => {
  const here = fileURLToPath(import.meta.url)

  test('is the URL of the file that the command line names', () => {
    expect(findEntryModule(here)).toBe(import.meta.url)
  })

  test('is undefined where the command line names none, or nothing that exists', () => {
    expect(findEntryModule('')).toBeUndefined()
    expect(findEntryModule(`${here}-is-not-there`)).toBeUndefined()
    expect(basename(findEntryModule() ?? 'vitest')).not.toBe('')
  })
})
