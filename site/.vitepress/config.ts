import { readFileSync } from 'node:fs'
import { slug } from 'github-slugger'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { drawDiagram } from '../src/draw-diagram.ts'
import { sections } from '../src/pages.ts'
import { siteLink } from '../src/site-links.ts'

const reference: DefaultTheme.SidebarItem[] = JSON.parse(
  readFileSync(new URL('../.pages/reference/typedoc-sidebar.json', import.meta.url), 'utf8'),
)
const titleOf = (file: string) =>
  /^# (.*)$/m.exec(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))?.[1] ?? file
const guides = Object.entries(sections).map(([text, pages]) => ({
  text,
  items: Object.entries(pages).map(([address, file]) => ({
    text: titleOf(file),
    link: `/${address}`,
  })),
}))
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M1 12V9q7-7 14 0v3M5 12V7M11 12V7' fill='none' stroke='%233a6' stroke-width='2'/></svg>"

export default defineConfig({
  title: 'syncbridge',
  description:
    'Blocking code from async code, and async code from blocking code, on worker threads of Node.',
  lang: 'en',
  srcDir: '.pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  head: [['link', { rel: 'icon', href: icon }]],
  // The fonts of the reader's system: nothing is fetched from anywhere else.
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Introduction', link: '/introduction' },
      { text: 'Guide', link: '/guide/threads-and-order' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/': guides,
      '/reference/': [{ text: 'Reference', link: '/reference/', items: reference }],
    },
    outline: [2, 3],
  },
  markdown: {
    // The anchors that GitHub makes, so that a link holds in both places.
    anchor: { slugify: slug },
    config(markdown) {
      markdown.core.ruler.push('site-links', ({ tokens, env }) => {
        const page = String(env.relativePath).replace(/\.md$/, '')
        for (const child of tokens.flatMap(({ children }) => children ?? [])) {
          const target = child.attrGet('href')
          if (target !== null) child.attrSet('href', siteLink(page, target))
        }
      })
      const { fence } = markdown.renderer.rules
      markdown.renderer.rules.fence = (tokens, index, ...rest) => {
        const { info, content } = tokens[index] ?? {}
        if (info === 'mermaid' && content !== undefined) return drawDiagram(content)
        return fence?.(tokens, index, ...rest) ?? ''
      }
    },
  },
})
