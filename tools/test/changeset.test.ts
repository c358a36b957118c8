import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfChangeset } from '../changeset.ts'

const packages = ['@syncbridge/core', '@syncbridge/hono']

describe('a changeset', () => {
  test('that names packages, kinds and a sentence has no fault', () => {
    const text = `---\n'@syncbridge/core': minor\n"@syncbridge/hono": patch\n---\n\nKeep order.\n`
    assert.deepEqual(faultsOfChangeset(text, packages), [])
  })

  test('that releases nothing may be empty', () => {
    assert.deepEqual(faultsOfChangeset('---\n---\n', packages), [])
  })

  test('without its head is told what is missing', () => {
    assert.deepEqual(faultsOfChangeset('Keep order.\n', packages), [
      'does not open with `---`, packages and `---`',
    ])
  })

  test('with an unknown package is told the known ones', () => {
    assert.deepEqual(faultsOfChangeset(`---\n'@syncbridge/cor': minor\n---\n\nx\n`, packages), [
      'names @syncbridge/cor, which is not one of @syncbridge/core, @syncbridge/hono',
    ])
  })

  test('with an unknown kind is told the known ones', () => {
    assert.deepEqual(faultsOfChangeset(`---\n'@syncbridge/core': big\n---\n\nx\n`, packages), [
      'has big for @syncbridge/core, which is not one of patch, minor, major',
    ])
  })

  test('that says nothing is refused', () => {
    const text = `---\n'@syncbridge/core': minor\n---\n`
    assert.deepEqual(faultsOfChangeset(text, packages), ['says nothing to users'])
  })
})
