import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { faultsOfManifest, faultsOfSize } from '../package-rules.ts'

const budget = { packed: 100, unpacked: 200, code: 50 }
const files = [
  { path: 'dist/index.js', size: 30 },
  { path: 'dist/chunk.js', size: 20 },
  { path: 'dist/index.cjs', size: 50 },
  { path: 'dist/index.js.map', size: 90 },
]

describe('the size of a package', () => {
  test('may be as large as its budget', () => {
    assert.deepEqual(faultsOfSize({ size: 100, unpackedSize: 200, files }, budget), [])
  })

  test('is refused for each measure that it passes, and where there is no budget', () => {
    const grown = [...files, { path: 'dist/more.js', size: 1 }]
    assert.deepEqual(faultsOfSize({ size: 101, unpackedSize: 201, files: grown }, budget), [
      'is too large: packed 101 bytes, allowed are 100',
      'is too large: unpacked 201 bytes, allowed are 200',
      'is too large: code 51 bytes, allowed are 50',
    ])
    assert.deepEqual(faultsOfSize({ size: 1, unpackedSize: 1, files }, undefined), [
      'has no size budget',
    ])
  })
})

describe('a manifest', () => {
  const good = {
    name: '@syncbridge/hono',
    engines: { node: '>=20' },
    sideEffects: false,
    peerDependencies: { '@syncbridge/core': '>=0.1.0 <1.0.0' },
    publishConfig: { access: 'public', provenance: true },
  }

  test('with all that a release needs has no fault', () => {
    assert.deepEqual(faultsOfManifest(good), [])
  })

  test('is refused for dependencies, for a caret on the core, and for each thing that it does not say', () => {
    const bad = {
      name: good.name,
      dependencies: { lodash: '4' },
      peerDependencies: { '@syncbridge/core': '^0.1.0' },
    }
    const faults = faultsOfManifest(bad).join('\n')
    for (const part of [/lodash/, /\^0\.1\.0/, /which Node/, /side effects/, /provenance/])
      assert.match(faults, part)
  })
})
