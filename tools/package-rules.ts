/** What a published package may weigh, in bytes: a tenth more than it does. Who needs more says why in the commit that raises it. */
export interface SizeBudget {
  /** The tarball, which is what travels. */
  readonly packed: number
  /** On disk, with sources and maps. */
  readonly unpacked: number
  /** The ES modules: what a program can load of it. */
  readonly code: number
}

export interface PackedFile {
  readonly path: string
  readonly size: number
}

export interface Manifest {
  readonly name: string
  readonly engines?: { readonly node?: string }
  readonly sideEffects?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean }
}

/** What is wrong with the size of a package, one line a fault. */
export function faultsOfSize(
  packed: { size: number; unpackedSize: number; files: readonly PackedFile[] },
  budget: SizeBudget | undefined,
): string[] {
  if (!budget) return ['has no size budget']
  const code = packed.files
    .filter(({ path }) => /^dist\/.*\.js$/.test(path))
    .reduce((sum, { size }) => sum + size, 0)
  const actual = { packed: packed.size, unpacked: packed.unpackedSize, code }
  return (['packed', 'unpacked', 'code'] as const)
    .filter((kind) => actual[kind] > budget[kind])
    .map((kind) => `is too large: ${kind} ${actual[kind]} bytes, allowed are ${budget[kind]}`)
}

/** What is wrong with a manifest beyond what publint and attw see, one line a fault. */
export function faultsOfManifest(manifest: Manifest): string[] {
  const faults: string[] = []
  const { dependencies = {}, peerDependencies = {}, publishConfig = {} } = manifest
  for (const name of Object.keys(dependencies))
    faults.push(`depends on ${name}: what a package needs at run time is a peer, or its own`)
  // The range of every 0.x: a caret would make each minor of the core a major of the adapters.
  const core = peerDependencies['@syncbridge/core']
  if (manifest.name !== '@syncbridge/core' && core !== '>=0.1.0 <1.0.0')
    faults.push(`has ${core ?? 'no range'} for its peer @syncbridge/core, not >=0.1.0 <1.0.0`)
  if (!manifest.engines?.node) faults.push('does not say which Node it needs')
  if (manifest.sideEffects === undefined) faults.push('does not say which files have side effects')
  if (publishConfig.access !== 'public' || publishConfig.provenance !== true)
    faults.push('has no publishConfig with public access and provenance')
  return faults
}
