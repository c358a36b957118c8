// Which files of the repository are pages of the site, and where.

/** By the address on the site, without `.html`; in the order of the sidebar. */
export const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Start: {
    introduction: 'README.md',
    'packages/core': 'packages/core/README.md',
    'packages/hono': 'packages/hono/README.md',
    'packages/nestjs': 'packages/nestjs/README.md',
    demo: 'apps/demo/README.md',
  },
  Guide: {
    'guide/threads-and-order': 'docs/threads-and-order.md',
    'guide/lifecycle': 'docs/lifecycle.md',
    'guide/values': 'docs/values.md',
    'guide/errors': 'docs/errors.md',
    'guide/diagnostics': 'docs/diagnostics.md',
    'guide/testing': 'docs/testing.md',
    'guide/executors': 'docs/executors.md',
    'guide/tools': 'docs/tools.md',
    'guide/compatibility': 'docs/compatibility.md',
    'guide/security': 'docs/security.md',
  },
  'Coming from': {
    'from/asgiref': 'docs/from-asgiref.md',
    'from/synckit': 'docs/from-synckit.md',
    'from/piscina': 'docs/from-piscina.md',
    'from/make-synchronous': 'docs/from-make-synchronous.md',
    'from/asgiref-parity': 'docs/asgiref-parity.md',
  },
  Project: {
    'project/architecture': 'ARCHITECTURE.md',
    'project/contributing': 'CONTRIBUTING.md',
    'project/security': 'SECURITY.md',
    'project/changesets': '.changeset/README.md',
    'project/benchmarks': 'bench/README.md',
    'project/results': 'bench/RESULTS.md',
  },
}

/** The address of each page by its file in the repository. */
export const addressOf: ReadonlyMap<string, string> = new Map(
  Object.values(sections).flatMap((pages) =>
    Object.entries(pages).map(([address, file]) => [file, address] as const),
  ),
)
