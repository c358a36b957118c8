import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { linkNode } from '../link-node.mjs'

describe('linking the installed Node', { skip: process.platform === 'win32' }, () => {
  let root = ''

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncbridge link #'))
    write('package.json', {
      optionalDependencies: { 'node-elsewhere': '1.0.0', 'node-here': '1.0.0' },
    })
  })

  afterEach(() => rmSync(root, { recursive: true }))

  function write(path: string, content: object | string): string {
    const full = join(root, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content))
    return full
  }

  function install(name: string, version: string, exitCode = 0): void {
    write(`node_modules/${name}/package.json`, { name, bin: { node: 'bin/node' } })
    const script = `#!/bin/sh\necho ${version}\nexit ${exitCode}\n`
    chmodSync(write(`node_modules/${name}/bin/node`, script), 0o755)
  }

  test('makes the command run the package that npm chose', () => {
    install('node-here', 'v24.0.0')
    assert.equal(linkNode(root), 'v24.0.0')
    const command = join(root, 'node_modules/.bin/node')
    assert.equal(execFileSync(command, { encoding: 'utf8' }).trim(), 'v24.0.0')
  })

  test('replaces a link that npm left behind', () => {
    install('node-here', 'v24.0.0')
    write('node_modules/.bin/node', 'stale')
    linkNode(root)
    assert.equal(
      readlinkSync(join(root, 'node_modules/.bin/node')),
      join('..', 'node-here', 'bin', 'node'),
    )
  })

  test('passes over a package that does not run on this machine', () => {
    install('node-elsewhere', 'v24.0.0', 1)
    install('node-here', 'v24.1.0')
    assert.equal(linkNode(root), 'v24.1.0')
  })

  test('names no version when no package fits', () => {
    assert.equal(linkNode(root), undefined)
  })

  test('writes a command file on Windows', () => {
    install('node-here', 'v24.0.0')
    linkNode(root, 'win32')
    assert.equal(
      readFileSync(join(root, 'node_modules/.bin/node.cmd'), 'utf8'),
      '@"%~dp0\\..\\node-here\\bin\\node" %*\r\n',
    )
  })
})

test('the tools run under the Node that the project brings', () => {
  assert.ok(Number.parseInt(process.versions.node, 10) >= 24, process.version)
})
