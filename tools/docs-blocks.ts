// What becomes of each block of code in the documentation: it is run, or it says why not.
import type { CodeBlock, MarkdownPage } from './markdown-page.ts'

/** Blocks below one heading that are run together, and what the page says that they print. */
export interface Program {
  section: string
  line: number
  /** Text by name of the file; each names itself in a comment at the beginning of a line, else it is `main.js`. */
  files: Record<string, string>
  /** The file that is run. */
  main: string
  /** A folder with files that the page does not show. */
  beside: string | undefined
  output: string | undefined
}

export type Fate =
  | { kind: 'program'; beside: string | undefined }
  | { kind: 'output' }
  | { kind: 'diagram' }
  | { kind: 'not run'; reason: string }
  | { kind: 'run by'; file: string; title: string }
  | { kind: 'fault'; fault: string }

const RUNNABLE = ['js', 'ts']
/** A reason in words, not a word. */
const LEAST_WORDS = 3

/**
 * `<!-- not run: reason -->`, `<!-- run by: file › title of its test -->` or `<!-- run with: folder -->` above a block says more
 * than its language does.
 */
export function fateOf({ language, remark }: CodeBlock): Fate {
  const [, verb, rest = ''] = /^(not run|run by|run with): (.*)$/s.exec(remark ?? '') ?? []
  if (verb === 'not run') {
    if (rest.split(/\s+/).length >= LEAST_WORDS) return { kind: 'not run', reason: rest }
    return { kind: 'fault', fault: `'${rest}' is no reason why it is not run` }
  }
  if (verb === 'run by') {
    const [file = '', title = ''] = rest.split(' › ')
    return { kind: 'run by', file, title }
  }
  if (RUNNABLE.includes(language)) return { kind: 'program', beside: verb && rest }
  if (language === 'text') return { kind: 'output' }
  if (language === 'mermaid') return { kind: 'diagram' }
  return { kind: 'fault', fault: `a block of '${language}' must say why it is not run` }
}

/** The programs of a page, in its order. */
export function programsOf({ blocks }: MarkdownPage): Program[] {
  const programs: Program[] = []
  for (const block of blocks) {
    const fate = fateOf(block)
    const last = programs.at(-1)
    const current = last?.section === block.section && last.output === undefined ? last : undefined
    if (fate.kind === 'output' && current) current.output = block.code
    if (fate.kind !== 'program') continue
    const files = filesOf(block)
    const program = current ?? {
      section: block.section,
      line: block.line,
      files: {},
      main: '',
      beside: undefined,
      output: undefined,
    }
    Object.assign(program.files, files)
    program.beside ??= fate.beside
    const names = Object.keys(program.files)
    program.main = names.find((name) => /^main\.[jt]s$/.test(name)) ?? names.at(-1) ?? ''
    if (!current) programs.push(program)
  }
  return programs
}

/** What is wrong with the blocks of a page, a line each. */
export function faultsOfBlocks(page: MarkdownPage): string[] {
  const programs = programsOf(page)
  return page.blocks.flatMap((block) => {
    const fate = fateOf(block)
    if (fate.kind === 'fault') return [`line ${block.line}: ${fate.fault}`]
    if (fate.kind === 'program' && !proves(programs, block))
      return [`line ${block.line}: it shows no output, and asserts nothing`]
    const isPrinted = programs.some(({ output }) => output === block.code)
    if (fate.kind === 'output' && !isPrinted)
      return [`line ${block.line}: no program below the same heading prints it`]
    return []
  })
}

/** Whether a program that does the wrong thing would be noticed. */
function proves(programs: readonly Program[], { section, code }: CodeBlock): boolean {
  const own = programs.find(
    (program) =>
      program.section === section &&
      Object.values(program.files).some((text) => code.includes(text)),
  )
  if (!own) return false
  const asserts = Object.values(own.files).some((text) => /\bassert\b/.test(text))
  return own.output !== undefined || own.beside !== undefined || asserts
}

/** The files of a block by their names, which they say in their first lines; one that says none is `main`. */
export function filesOf({
  language,
  code,
}: Pick<CodeBlock, 'language' | 'code'>): Record<string, string> {
  const parts = code.split(/^\/\/ (?=[\w./-]+\.[cm]?[jt]s\b)/m)
  if (parts.length === 1) return { [`main.${language}`]: code }
  return Object.fromEntries(
    parts.slice(1).map((part) => {
      const [name = ''] = part.split(/\s/, 1)
      return [name, `// ${part}`]
    }),
  )
}
