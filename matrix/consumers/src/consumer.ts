/** A project as a user has it: a row of the matrix. */
export interface Consumer {
  readonly name: string
  /** A folder in `projects`; Nest's are in the matrix of its own. */
  readonly project: 'javascript' | 'typescript' | 'hono' | 'eslint' | 'nest-11' | 'nest-12'
  /** Who installs it; by default npm. */
  readonly manager?: 'pnpm'
  /** Command lines, run one after the other: of the project's own tools, of `node`, of a runtime that the matrix brings. */
  readonly steps: ReadonlyArray<readonly [string, ...string[]]>
  readonly env?: Readonly<Record<string, string>>
  /** What the last step must print; by default what the shop does. */
  readonly expect?: string | RegExp
  /** What the last step must end with. */
  readonly exitCode?: number
}

/** What the shop prints: a call that blocked, one nested three levels deep with its Local, and an error of the user's own class. */
export const shopOutput = JSON.stringify({
  blocking: 5,
  nested: { total: 5, places: ['a thread', 'main', 'a thread'] },
  error: 'cap',
})
