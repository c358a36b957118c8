import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { documentationPages } from '../../tools/docs-pages.ts'
import { drawDiagram } from '../src/draw-diagram.ts'
import { addressOf } from '../src/pages.ts'
import { faultsOfSite } from '../src/site-faults.ts'
import { siteLink } from '../src/site-links.ts'

describe('a link of the repository, on the site', () => {
  test('leads to the page of the file, and its heading', () => {
    assert.equal(siteLink('guide/errors', 'values.md#errors'), '/guide/values#errors')
    assert.equal(siteLink('guide/values', '../bench/RESULTS.md'), '/project/results')
    assert.equal(siteLink('packages/hono', '../core'), '/packages/core')
  })

  test('stays as it is within a page, and to other sites', () => {
    assert.equal(siteLink('guide/values', '#functions'), '#functions')
    assert.equal(siteLink('guide/values', 'https://hono.dev'), 'https://hono.dev')
  })

  test('to a file that is no page is an error', () => {
    assert.throws(() => siteLink('guide/values', '../package.json'), /docs\/values\.md links to/)
  })
})

describe('the site', () => {
  test('has every page of docs and every package’s README', () => {
    const wanted = documentationPages().filter((file) => /^(docs|packages)\//.test(file))
    assert.deepEqual(
      wanted.filter((file) => !addressOf.has(file)),
      [],
    )
  })

  test('draws diagrams that ask nobody for a font', () => {
    const drawing = drawDiagram('flowchart TD\n  a[one] --> b[two]')
    assert.match(drawing, /<svg.*one/s)
    assert.doesNotMatch(drawing, /googleapis|@import/)
  })
})

describe('what was built', () => {
  const faultsOf = (t, files) => {
    const folder = mkdtempSync(join(tmpdir(), 'syncbridge-site-'))
    t.after(() => rmSync(folder, { force: true, recursive: true }))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return faultsOfSite(folder).faults
  }

  test('may link to pages, folders and headings that are there', (t) => {
    const files = {
      'index.html':
        '<a class="x" href="/a/">a</a><a href="./b.html#there">b</a><a href="#top" id="top">t</a>',
      'a/index.html': '<a href="../b">b</a><a href="https://elsewhere.example/">e</a>',
      'b.html': '<h2 id="there">x</h2>',
    }
    assert.deepEqual(faultsOf(t, files), [])
  })

  test('is at fault where a link leads nowhere', (t) => {
    const files = { 'a.html': '<a href="b.html">b</a><a href="#gone">g</a><a href="/c/">c</a>' }
    assert.deepEqual(faultsOf(t, files), [
      'a.html: b.html leads nowhere',
      'a.html: #gone names no heading',
      'a.html: /c/ leads nowhere',
    ])
  })

  test('is at fault where it loads anything from others', (t) => {
    const files = {
      'a.html':
        '<script src="https://x.example/a.js"></script><style>@import "//y.example/b.css"</style>',
      'c.css': 'x { src: url(https://z.example/f.woff2) }',
    }
    assert.deepEqual(faultsOf(t, files).sort(), [
      'a.html loads //y.example/b.css',
      'a.html loads https://x.example/a.js',
      'c.css loads https://z.example/f.woff2',
    ])
  })
})
