/** One way to run the program: what its folder holds besides the sources, and the commands that are run in it. */
export interface Setup {
  /** The row of the table; `docs/tools.md` names it, too. */
  readonly name: string
  /** The npm package whose version is shown; without one, Node's. */
  readonly tool?: string
  /** How the sources name each other: `./x.js`, `./x.ts`, or `./x`. */
  readonly imports: 'js' | 'ts' | 'bare'
  /** Whether the sources hold what needs a compiler (enums, parameter properties, types imported as values). */
  readonly rich?: boolean
  /** What the name of its folder ends with, where the tool itself fails on the usual one. */
  readonly folder?: string
  /** Whether its modules lose what they export, and the class of errors must be registered. */
  readonly bundled?: boolean
  readonly format: 'esm' | 'cjs'
  /** Text by path; an object becomes JSON. */
  readonly files?: Readonly<Record<string, string | object>>
  /** Command lines; the first word is `node` or the name of a command that npm installed. */
  readonly build?: readonly (readonly string[])[]
  /** The last command, which runs the program or the tests. */
  readonly run: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What `run` starts: the program, which prints its results, or a test runner, which counts. */
  readonly kind: 'program' | 'jest' | 'vitest'
  /** The oldest Node that the tool itself runs on. */
  readonly node?: string
}
