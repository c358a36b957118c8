/**
 * Which copies of this library may share a thread's runtime. Those of one major that speak of the same messages do: ES module and
 * CommonJS, and two releases that a package manager installed side by side. Others must not work beside each other unnoticed, since
 * neither would know the frames, contexts and threads of the other: the second to be used is refused.
 */
import { VersionMismatchError } from '../errors.js'

/** A copy of the library. Every version past and future must be able to read this of the others. */
export interface Copy {
  readonly version: string
  readonly protocol: number
  /** Where it lies: a URL, or nothing where a bundler took that away. */
  readonly place: string | undefined
}

/** @throws VersionMismatchError if a thread that has one copy's runtime can't be the other's, too. */
export function checkCopies(first: Copy, second: Copy): void {
  if (first.protocol === second.protocol && majorOf(first) === majorOf(second)) return
  throw new VersionMismatchError(
    `Two copies of @syncbridge/core that do not understand each other are in one process: ${told(first)}, and ${told(second)}, which is ` +
      'refused. Install one version for all: `npm ls @syncbridge/core` (or `pnpm why`, `yarn why`) shows who asks for which.',
  )
}

const majorOf = ({ version }: Copy) => version.split('.', 1)[0]

const told = ({ version, protocol, place = 'a bundle' }: Copy) =>
  `${version} (protocol ${protocol}, in ${place})`
