// What a page of markdown holds, as far as the checks and the tests of the documentation ask.
import { slug } from 'github-slugger'
import MarkdownIt from 'markdown-it'

/** A fenced block of code. */
export interface CodeBlock {
  language: string
  code: string
  /** The line of its fence, counted from 1. */
  line: number
  /** What the HTML comment right above it says, or for programs and what they print an earlier one that begins with `all`. */
  remark: string | undefined
  /** The headings that it stands below, the outermost first. */
  section: string
}

/** Where a page points to. */
export interface Link {
  target: string
  line: number
}

export interface MarkdownPage {
  /** The anchors of its headings, as GitHub and the site make them. */
  anchors: ReadonlySet<string>
  blocks: readonly CodeBlock[]
  links: readonly Link[]
}

/** What a comment for all blocks is about. */
const IN_ALL = ['js', 'ts', 'text']

const markdown = new MarkdownIt({ html: true })

/** @param text The page as it is written. */
export function readPage(text: string): MarkdownPage {
  const anchors = new Set<string>()
  const blocks: CodeBlock[] = []
  const links: Link[] = []
  let remark: string | undefined
  let forAll: string | undefined
  let section = ''
  let line = 1
  const tokens = markdown.parse(text, {})
  for (const [index, token] of tokens.entries()) {
    // The cells of a table have none of their own.
    if (token.map) line = token.map[0] + 1
    if (token.type === 'fence') {
      const language = token.info.trim().split(/\s/)[0] ?? ''
      const own = remark ?? (IN_ALL.includes(language) ? forAll : undefined)
      blocks.push({ language, code: token.content, line, remark: own, section })
    }
    remark = /^<!--\s*(.*?)\s*-->\s*$/s.exec(token.type === 'html_block' ? token.content : '')?.[1]
    if (remark?.startsWith('all ')) {
      forAll = remark.slice('all '.length)
      remark = undefined
    }
    for (const child of token.children ?? []) {
      const target = child.attrGet('href') ?? child.attrGet('src')
      if (target) links.push({ target, line })
    }
    if (token.type !== 'heading_open') continue
    section = (tokens[index + 1]?.children ?? [])
      .filter(({ type }) => type === 'text' || type === 'code_inline')
      .map(({ content }) => content)
      .join('')
    anchors.add(unusedIn(anchors, slug(section)))
  }
  return { anchors, blocks, links }
}

function unusedIn(anchors: ReadonlySet<string>, wanted: string): string {
  let name = wanted
  for (let count = 1; anchors.has(name); count++) name = `${wanted}-${count}`
  return name
}
