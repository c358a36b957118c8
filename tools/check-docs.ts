// The documentation is complete and leads nowhere wrong: its links, its blocks of code, the codes and the channels.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fateOf, faultsOfBlocks } from './docs-blocks.ts'
import { documentationPages } from './docs-pages.ts'
import { faultsOfExamples } from './docstring-examples.ts'
import { faultsOfChannels, faultsOfCodes, faultsOfExports } from './documented-names.ts'
import { type MarkdownPage, readPage } from './markdown-page.ts'
import { root } from './nx.ts'
import { testsIn } from './parity.ts'
import { faultsOfNumbers } from './quoted-numbers.ts'

const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = new Map(documentationPages().map((file) => [file, readPage(textOf(file))]))
const faults: string[] = []
const foreign = new Set<string>()
const counts = { links: 0, anchors: 0, blocks: 0 }

for (const [file, page] of pages) {
  for (const fault of [
    ...faultsOfLinks(file, page),
    ...faultsOfBlocks(page),
    ...faultsOfRunners(file, page),
  ])
    faults.push(`${file}, ${fault}`)
  counts.blocks += page.blocks.length
}
const sources = globSync('packages/*/src/**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: textOf(file) }))
faults.push(...faultsOfCodes(sources, textOf('docs/errors.md')))
const indexes = new Map(
  ['core', 'hono', 'nestjs'].map((name) => {
    const file = `packages/${name}/src/index.ts`
    return [`@syncbridge/${name}`, { file, text: textOf(file) }]
  }),
)
for (const index of indexes.values()) {
  const readme = textOf(index.file.replace('src/index.ts', 'README.md'))
  faults.push(...faultsOfExports(index, readme + textOf('docs/errors.md')))
}
const examples = faultsOfExamples(sources, indexes)
faults.push(...examples.faults)
faults.push(...faultsOfChannels(sources, textOf('docs/diagnostics.md')))

for (const file of pages.keys()) {
  if (!file.startsWith('docs/from-')) continue
  for (const fault of faultsOfNumbers(textOf(file), textOf('bench/RESULTS.md'))) {
    faults.push(`${file}, ${fault}`)
  }
}

console.log(
  `${pages.size} pages, ${counts.links} links to files, ${counts.anchors} of them to headings, ${counts.blocks} blocks of code, ${examples.count} examples in docstrings`,
)
console.log(
  `${foreign.size} addresses elsewhere, not looked up:\n  ${[...foreign].sort().join('\n  ')}`,
)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1

function faultsOfLinks(file: string, { anchors, links }: MarkdownPage): string[] {
  return links.flatMap(({ target, line }) => {
    if (/^[a-z]+:/.test(target)) {
      foreign.add(target)
      return []
    }
    counts.links++
    // The site's own front page names pages of the site, which its build looks at.
    if (target.startsWith('/')) return []
    const [path = '', anchor] = target.split('#')
    const wanted = path === '' ? file : posix.join(posix.dirname(file), decodeURIComponent(path))
    if (!existsSync(join(root, wanted))) return [`line ${line}: there is no ${wanted}`]
    if (anchor === undefined) return []
    counts.anchors++
    const heads = path === '' ? anchors : pages.get(wanted)?.anchors
    if (heads?.has(anchor)) return []
    return [`line ${line}: ${wanted} has no heading #${anchor}`]
  })
}

function faultsOfRunners(file: string, { blocks }: MarkdownPage): string[] {
  return blocks.flatMap((block) => {
    const fate = fateOf(block)
    if (fate.kind === 'program' && fate.beside !== undefined) {
      const isThere =
        existsSync(join(root, fate.beside)) && statSync(join(root, fate.beside)).isDirectory()
      return isThere ? [] : [`line ${block.line}: there is no folder ${fate.beside}`]
    }
    if (fate.kind !== 'run by') return []
    const fault = (text: string) => [`line ${block.line}: ${text}`]
    if (!existsSync(join(root, fate.file))) return fault(`there is no ${fate.file}`)
    const source = textOf(fate.file)
    if (!source.includes(posix.basename(file))) return fault(`${fate.file} does not read this page`)
    const found = testsIn(source).filter(
      ({ title }) => fate.title !== '' && title.startsWith(fate.title),
    )
    if (found.length === 0) return fault(`${fate.file} has no test '${fate.title}'`)
    return found.every(({ skipped }) => skipped) ? fault(`'${fate.title}' is skipped`) : []
  })
}
