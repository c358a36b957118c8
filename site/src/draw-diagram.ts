// Diagrams are drawn when the site is built: its pages load no program for them.
import { renderMermaidSVG } from 'beautiful-mermaid'

/**
 * @param source What stands in a block of the language `mermaid`.
 * @returns A drawing in the colours of the page.
 * @throws Error where the source is no diagram.
 */
export function drawDiagram(source: string): string {
  const drawing = renderMermaidSVG(source, {
    bg: 'var(--vp-c-bg)',
    fg: 'var(--vp-c-text-1)',
    accent: 'var(--vp-c-brand-1)',
    font: 'system-ui',
    transparent: true,
  })
  // The page has its fonts already, and must not ask the network for others.
  const own = drawing.replaceAll(/@import url\([^)]*\);?/g, '')
  return `<div class="diagram" v-pre>${own}</div>`
}
